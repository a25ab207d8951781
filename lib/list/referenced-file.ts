/**
 * A file that the list refers to. Only a few directories are allowed: otherwise the author of a list could have any file
 * of the node sent to a mirror as a header.
 */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import { dotsProblem, plainPathProblem } from '../model/plain-path.ts'
import { isRefused, type Refused } from '../model/refused.ts'
import type { Attachment } from '../model/registry.ts'
import type { Reader } from '../system/reader.ts'

/** What a list may refer to. */
export interface ReferenceScope {
  readonly files: Pick<Reader, 'facts' | 'open' | 'real' | 'root'>
  /** Absolute directory that relative paths start from. */
  readonly directory: string
  /** The directories of default lists, which are allowed too. */
  readonly lists: readonly string[]
  readonly allowed: readonly string[]
  /** Whether root reads the files: then only root may be able to change them. */
  readonly asRoot: boolean
  /** Undefined for a list inside `--root`, which reads nothing of the host. */
  readonly env: Readonly<Record<string, string | undefined>> | undefined
}

/** The text is not repeated: a secret may be written in the place of a path. */
export function referenceProblem(file: string): Refused | undefined {
  if (/[\r\n]|^-----BEGIN|^(basic|bearer)\s/i.test(file))
    return {
      message: 'must be a path, not the content of a file',
      hint: 'save the content in a file and write its path',
    }
  if (/^\w+:\/\//.test(file))
    return { message: 'must be a path, not a URL', hint: 'download the file and write its path' }
  // A relative path may contain "..": the place that it leads to is checked.
  return plainPathProblem(file) ?? (path.isAbsolute(file) ? dotsProblem(file) : undefined)
}

/**
 * Relative paths start at the list. A file that is not there may be a credential of systemd, whose directory differs from
 * unit to unit while the list is the same for all.
 */
export async function findReference(
  { files, directory, env }: ReferenceScope,
  file: string,
): Promise<string> {
  const beside = path.resolve(directory, file)
  if (!env?.CREDENTIALS_DIRECTORY || path.isAbsolute(file)) return beside
  const credential = path.resolve(env.CREDENTIALS_DIRECTORY, file)
  const exists = (place: string) => files.facts(place).then(facts => facts !== undefined, isFailure)
  return !(await exists(beside)) && (await exists(credential)) ? credential : beside
}

/** A file whose facts cannot be read exists; the reason is reported when it is read. */
function isFailure(error: unknown): true {
  if (error instanceof Failure) return true
  throw error
}

export async function readAllowed(
  scope: ReferenceScope,
  file: string,
  limit: number,
): Promise<Attachment | Refused> {
  try {
    if (!(await isAllowed(scope, file))) return notAllowed(file, scope)
    return await scope.files.open(file, scope.asRoot, async found => {
      if (found === undefined) return { message: `${file} does not exist` }
      if (isRefused(found)) return { message: `${file}: ${found.message}`, hint: found.hint }
      // Links may have changed since the first check.
      if (!(await isAllowed(scope, found.real))) return notAllowed(file, scope)
      return { path: file, text: (await found.read(limit)).toString('utf8') }
    })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { message: `${file}: ${error.issues[0]?.message}` }
  }
}

function notAllowed(file: string, { lists }: ReferenceScope): Refused {
  return {
    message: `${file} is neither in the directory of the list nor in ${lists.join(' or ')}`,
    hint: 'move it there, or allow its directory with --allow-files-from',
  }
}

/** Compares real paths: a link beside the list must not lead out of its directory. */
export async function isAllowed({ files, allowed }: ReferenceScope, file: string): Promise<boolean> {
  const real = await files.real(file)
  for (const directory of allowed) {
    const inside = path.relative(await files.real(directory), real)
    if (inside !== '..' && !inside.startsWith('../')) return true
  }
  return false
}
