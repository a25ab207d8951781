/**
 * Reads what the list refers to: CA files, client pairs, header values from files and from the environment.
 * A list may name files only where its author may put them, or where the operator allows it; otherwise whoever
 * writes a list could have any file of the node sent to a mirror as a header.
 */
import path from 'node:path'
import { Failure } from '../errors.ts'
import type { Attachment } from '../registry.ts'
import type { Reader } from '../system/files.ts'
import { headerValueProblem } from './header-rules.ts'
import { certificatesIn, pairProblem } from './pem.ts'
import { dotsProblem, plainPathProblem } from './plain-path.ts'
import type { Refused } from './refused.ts'
import type { Sound } from './rules.ts'
import { caEntries, type MirrorEntry, type Path, type Problem, pathKey } from './written.ts'

/** What the list refers to, by the path of the reference. */
export interface Attachments {
  readonly files: ReadonlyMap<string, Attachment>
  readonly headers: ReadonlyMap<string, string>
}

/** Where a list stands, and what it may refer to. */
export interface Surroundings {
  readonly files: Reader
  /** Absolute directory that relative paths start from. */
  readonly directory: string
  readonly allowed: readonly string[]
  /** Whether root reads: then only what root alone can have put there. */
  readonly asRoot: boolean
  /** Undefined for a list inside `--root`, which reads nothing of this machine. */
  readonly env: Readonly<Record<string, string | undefined>> | undefined
}

interface Gathering {
  readonly around: Surroundings
  readonly files: Map<string, Attachment>
  readonly headers: Map<string, string>
  readonly problems: Problem[]
  /** One reading of a file is enough, however many mirrors name it. */
  readonly read: Map<string, Attachment | Refused>
}

const MAX_PEM = 1024 * 1024
const MAX_HEADER = 64 * 1024

/** Reads and checks everything that sound mirrors refer to; all problems at once. */
export async function readAttachments(
  mirrors: readonly MirrorEntry[],
  sound: Sound,
  around: Surroundings,
): Promise<Attachments & { readonly problems: readonly Problem[] }> {
  const gathering = { around, files: new Map(), headers: new Map(), problems: [], read: new Map() }
  for (const entry of mirrors) {
    if (sound([...entry.path, 'ca'])) await readCa(gathering, entry)
    if (sound([...entry.path, 'client'])) await readClient(gathering, entry)
    if (sound([...entry.path, 'header'])) await readHeaders(gathering, entry)
  }
  return gathering
}

async function readCa(gathering: Gathering, entry: MirrorEntry): Promise<void> {
  for (const { path: at, file } of caEntries(entry)) {
    const attachment = await attach(gathering, at, file, MAX_PEM)
    if (attachment === undefined) continue
    const found = certificatesIn(attachment.text)
    if ('message' in found) complain(gathering, at, attachment.path, found)
  }
}

async function readClient(gathering: Gathering, { path: at, mirror }: MirrorEntry): Promise<void> {
  if (mirror.client === undefined) return
  const cert = await attach(gathering, [...at, 'client', 'cert'], mirror.client.cert, MAX_PEM)
  const key = await attach(gathering, [...at, 'client', 'key'], mirror.client.key, MAX_PEM)
  if (cert === undefined || key === undefined) return
  const problem = pairProblem(cert.text, key.text)
  if (problem === undefined) return
  complain(gathering, [...at, 'client', problem.at], problem.at === 'cert' ? cert.path : key.path, problem)
}

async function readHeaders(gathering: Gathering, { path: at, mirror }: MirrorEntry): Promise<void> {
  for (const [name, header] of Object.entries(mirror.header ?? {})) {
    const here = [...at, 'header', name]
    if (typeof header === 'string') gathering.headers.set(pathKey(here), header)
    else if (header.file !== undefined) await readHeaderFile(gathering, here, header.file)
    else if (header.env !== undefined) readHeaderVariable(gathering, here, header.env)
  }
}

async function readHeaderFile(gathering: Gathering, at: Path, file: string): Promise<void> {
  const attachment = await attach(gathering, [...at, 'file'], file, MAX_HEADER)
  if (attachment === undefined) return
  const value = attachment.text.replace(/\r?\n$/, '')
  const problem = headerValueProblem(value)
  if (problem === undefined) gathering.headers.set(pathKey(at), value)
  else
    complain(gathering, [...at, 'file'], attachment.path, {
      message: `${problem}; a header file holds the value and nothing else`,
    })
}

const NO_ENV = {
  message: 'a list inside --root does not read the environment of this machine',
  hint: 'give the list from outside with -f, or name a file beside it',
}

function readHeaderVariable(gathering: Gathering, at: Path, variable: string): void {
  const { env } = gathering.around
  if (env === undefined) {
    gathering.problems.push({ path: [...at, 'env'], ...NO_ENV })
    return
  }
  const value = env[variable] ?? ''
  const problem = headerValueProblem(value)
  if (problem === undefined) gathering.headers.set(pathKey(at), value)
  else {
    // What is not written as variables are may be the value itself.
    const name = /^[A-Z_][A-Z0-9_]*$/.test(variable) ? variable : 'named here'
    const message =
      value === '' ? `the environment variable ${name} is not set` : `the value of ${variable} ${problem}`
    gathering.problems.push({ path: [...at, 'env'], message })
  }
}

async function attach(
  gathering: Gathering,
  at: Path,
  file: string,
  limit: number,
): Promise<Attachment | undefined> {
  const { around, files, problems, read } = gathering
  const wrong = pathProblem(file)
  const place = wrong === undefined ? await placeOf(around, file) : file
  const known = read.get(place) ?? wrong ?? (await readAllowed(around, place, limit))
  read.set(place, known)
  if ('message' in known) problems.push({ path: at, ...known })
  else files.set(pathKey(at), known)
  return 'message' in known ? undefined : known
}

/** What was written in the place of a path may be a secret, and is not repeated. */
function pathProblem(file: string): Refused | undefined {
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
async function placeOf({ files, directory, env }: Surroundings, file: string): Promise<string> {
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

async function readAllowed(around: Surroundings, file: string, limit: number): Promise<Attachment | Refused> {
  try {
    if (!(await isAllowed(around, file))) return notAllowed(file)
    return await around.files.open(file, around.asRoot, async found => {
      if (found === undefined) return { message: `there is no file ${file}` }
      if ('message' in found) return { message: `${file}: ${found.message}`, hint: found.hint }
      // Links may lead elsewhere by now.
      if (!(await isAllowed(around, found.real))) return notAllowed(file)
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
async function isAllowed({ files, allowed }: Surroundings, file: string): Promise<boolean> {
  const real = await files.real(file)
  for (const directory of allowed) {
    const inside = path.relative(await files.real(directory), real)
    if (inside !== '..' && !inside.startsWith('../')) return true
  }
  return false
}

function complain(gathering: Gathering, at: Path, file: string, finding: Refused): void {
  gathering.problems.push({ path: at, message: `${file} ${finding.message}`, hint: finding.hint })
}
