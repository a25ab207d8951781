/**
 * A file that the list refers to. A list may name files only where its author may put them, or where the operator allows
 * it; otherwise whoever writes a list could have any file of the node sent to a mirror as a header.
 */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import type { Attachment } from '../model/registry.ts'
import type { Reader } from '../system/files.ts'
import { dotsProblem, plainPathProblem } from './values/plain-path.ts'
import type { Refused } from './values/refused.ts'

/** Where a list stands, and what it may refer to. */
export interface ReferenceScope {
  readonly files: Reader
  /** Absolute directory that relative paths start from. */
  readonly directory: string
  readonly allowed: readonly string[]
  /** Whether root reads: then only what root alone can have put there. */
  readonly asRoot: boolean
  /** Undefined for a list inside `--root`, which reads nothing of this machine. */
  readonly env: Readonly<Record<string, string | undefined>> | undefined
}

/** What was written in the place of a path may be a secret, and is not repeated. */
export function pathProblem(file: string): Refused | undefined {
  if (/[\r\n]|^-----BEGIN|^(basic|bearer)\s/i.test(file))
    return {
      message: 'must be a path, not the text itself',
      hint: 'write the text into a file and name that',
    }
  if (/^\w+:\/\//.test(file))
    return { message: 'must be a path, not a url', hint: 'fetch it, and name the file' }
  // A relative one may climb: where it leads is judged, and files are read in a few places only.
  return plainPathProblem(file) ?? (path.isAbsolute(file) ? dotsProblem(file) : undefined)
}

/**
 * Relative paths start at the list. What is not there may be one of systemd's credentials: where those are differs from
 * unit to unit, and the list is the same for all.
 */
export async function placeOf({ files, directory, env }: ReferenceScope, file: string): Promise<string> {
  const beside = path.resolve(directory, file)
  if (!env?.CREDENTIALS_DIRECTORY || path.isAbsolute(file)) return beside
  const given = path.resolve(env.CREDENTIALS_DIRECTORY, file)
  const isThere = (place: string) => files.facts(place).then(facts => facts !== undefined, isFailure)
  return !(await isThere(beside)) && (await isThere(given)) ? given : beside
}

/** What cannot be looked at is there, and what is wrong with it is told when it is read. */
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
    if (!(await isAllowed(scope, file))) return notAllowed(file)
    return await scope.files.open(file, scope.asRoot, async found => {
      if (found === undefined) return { message: `there is no file ${file}` }
      if ('message' in found) return { message: `${file}: ${found.message}`, hint: found.hint }
      // Links may lead elsewhere by now.
      if (!(await isAllowed(scope, found.real))) return notAllowed(file)
      return { path: file, text: (await found.read(limit)).toString('utf8') }
    })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { message: `${file}: ${error.issues[0]?.message}` }
  }
}

function notAllowed(file: string): Refused {
  return {
    message: `${file} is neither beside the list nor in /etc/regmirror`,
    hint: 'move it there, or name its directory with --allow-files-from',
  }
}

/** Looked at where the links lead, on both sides: a link beside the list must not lead out of its directory. */
async function isAllowed({ files, allowed }: ReferenceScope, file: string): Promise<boolean> {
  const real = await files.real(file)
  for (const directory of allowed) {
    const inside = path.relative(await files.real(directory), real)
    if (inside !== '..' && !inside.startsWith('../')) return true
  }
  return false
}
