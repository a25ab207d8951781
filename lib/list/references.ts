/** Reads what the list refers to: CA files, client pairs, header values from files and from the environment. */
import type { Path, Problem } from '../model/problem.ts'
import type { Attachment } from '../model/registry.ts'
import { pathProblem, placeOf, type ReferenceScope, readAllowed } from './referenced-file.ts'
import { headerValueProblem } from './rules/header.ts'
import type { Sound } from './rules/rules.ts'
import { certificatesIn, pairProblem } from './values/pem.ts'
import type { Refused } from './values/refused.ts'
import { caEntries, type MirrorEntry, pathKey } from './written.ts'

/** What the list refers to, by the path of the reference. */
export interface References {
  readonly files: ReadonlyMap<string, Attachment>
  readonly headers: ReadonlyMap<string, string>
}

interface Gathering {
  readonly scope: ReferenceScope
  readonly files: Map<string, Attachment>
  readonly headers: Map<string, string>
  readonly problems: Problem[]
  /** One reading of a file is enough, however many mirrors name it. */
  readonly read: Map<string, Attachment | Refused>
}

const MAX_PEM = 1024 * 1024
const MAX_HEADER = 64 * 1024

/** Reads and checks everything that sound mirrors refer to; all problems at once. */
export async function readReferences(
  mirrors: readonly MirrorEntry[],
  sound: Sound,
  scope: ReferenceScope,
): Promise<References & { readonly problems: readonly Problem[] }> {
  const gathering = { scope, files: new Map(), headers: new Map(), problems: [], read: new Map() }
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
  const { env } = gathering.scope
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
  const { scope, files, problems, read } = gathering
  const wrong = pathProblem(file)
  const place = wrong === undefined ? await placeOf(scope, file) : file
  const known = read.get(place) ?? wrong ?? (await readAllowed(scope, place, limit))
  read.set(place, known)
  if ('message' in known) problems.push({ path: at, ...known })
  else files.set(pathKey(at), known)
  return 'message' in known ? undefined : known
}

function complain(gathering: Gathering, at: Path, file: string, finding: Refused): void {
  gathering.problems.push({ path: at, message: `${file} ${finding.message}`, hint: finding.hint })
}
