/** Reads what the list refers to: CA files, client pairs, header values from files and from the environment. */
import type { Path, Problem } from '../model/problem.ts'
import { isRefused, type Refused } from '../model/refused.ts'
import type { Attachment } from '../model/registry.ts'
import { findReference, type ReferenceScope, readAllowed, referenceProblem } from './referenced-file.ts'
import { headerValueProblem } from './rules/header-problems.ts'
import type { IsValid } from './rules/validity.ts'
import { certificatesIn, pairProblem } from './values/pem.ts'
import { caEntries, type MirrorEntry, pathKey } from './written.ts'

/** What the list refers to, by the path of the reference. */
export interface References {
  readonly files: ReadonlyMap<string, Attachment>
  readonly headers: ReadonlyMap<string, string>
}

/** The references found so far. */
interface Collection {
  readonly scope: ReferenceScope
  readonly files: Map<string, Attachment>
  readonly headers: Map<string, string>
  readonly problems: Problem[]
  /** Each file is read once, however many mirrors name it. */
  readonly read: Map<string, Attachment | Refused>
}

const MAX_PEM = 1024 * 1024
const MAX_HEADER = 64 * 1024

/** Reads and checks everything that valid mirrors refer to, and collects every problem. */
export async function readReferences(
  mirrors: readonly MirrorEntry[],
  isValid: IsValid,
  scope: ReferenceScope,
): Promise<References & { readonly problems: readonly Problem[] }> {
  const collection: Collection = {
    scope,
    files: new Map(),
    headers: new Map(),
    problems: [],
    read: new Map(),
  }
  for (const entry of mirrors) {
    if (isValid([...entry.path, 'ca'])) await readCa(collection, entry)
    if (isValid([...entry.path, 'client'])) await readClient(collection, entry)
    if (isValid([...entry.path, 'header'])) await readHeaders(collection, entry)
  }
  const { files, headers, problems } = collection
  return { files, headers, problems }
}

async function readCa(collection: Collection, entry: MirrorEntry): Promise<void> {
  for (const { path: at, file } of caEntries(entry)) {
    const attachment = await attach(collection, at, file, MAX_PEM)
    if (attachment === undefined) continue
    const found = certificatesIn(attachment.text)
    if (isRefused(found)) addProblem(collection, at, attachment.path, found)
  }
}

async function readClient(collection: Collection, { path: at, mirror }: MirrorEntry): Promise<void> {
  if (mirror.client === undefined) return
  const cert = await attach(collection, [...at, 'client', 'cert'], mirror.client.cert, MAX_PEM)
  const key = await attach(collection, [...at, 'client', 'key'], mirror.client.key, MAX_PEM)
  if (cert === undefined || key === undefined) return
  const problem = pairProblem(cert.text, key.text)
  if (problem === undefined) return
  addProblem(collection, [...at, 'client', problem.at], problem.at === 'cert' ? cert.path : key.path, problem)
}

async function readHeaders(collection: Collection, { path: at, mirror }: MirrorEntry): Promise<void> {
  for (const [name, header] of Object.entries(mirror.header ?? {})) {
    const place = [...at, 'header', name]
    if (typeof header === 'string') collection.headers.set(pathKey(place), header)
    else if (header.file !== undefined) await readHeaderFile(collection, place, header.file)
    else if (header.env !== undefined) readHeaderVariable(collection, place, header.env)
  }
}

async function readHeaderFile(collection: Collection, at: Path, file: string): Promise<void> {
  const attachment = await attach(collection, [...at, 'file'], file, MAX_HEADER)
  if (attachment === undefined) return
  const value = attachment.text.replace(/\r?\n$/, '')
  const message = headerValueProblem(value)
  if (message === undefined) collection.headers.set(pathKey(at), value)
  else {
    const hint = 'save the value alone in the file'
    addProblem(collection, [...at, 'file'], attachment.path, { message, hint })
  }
}

const NO_ENV = {
  message: 'a list inside --root cannot use the environment of this machine',
  hint: 'use a list outside --root with -f, or save the value in a file beside the list',
}

function readHeaderVariable(collection: Collection, at: Path, variable: string): void {
  const { env } = collection.scope
  const value = env?.[variable] ?? ''
  const problem = headerValueProblem(value)
  const path = [...at, 'env']
  if (env === undefined) collection.problems.push({ path, ...NO_ENV })
  else if (problem === undefined) collection.headers.set(pathKey(at), value)
  else if (value !== '') collection.problems.push({ path, message: `the value of ${variable} ${problem}` })
  else collection.problems.push({ path, ...unsetVariable(variable) })
}

const EXPORT = 'export it before you run regmirror, or set Environment= in the unit'

/** A name that does not look like a variable may be the secret itself. */
function unsetVariable(variable: string): Refused {
  const name = /^[A-Z_][A-Z0-9_]*$/.test(variable) ? variable : 'that env names'
  return { message: `the environment variable ${name} is not set`, hint: EXPORT }
}

async function attach(
  collection: Collection,
  at: Path,
  file: string,
  limit: number,
): Promise<Attachment | undefined> {
  const { scope, files, problems, read } = collection
  const problem = referenceProblem(file)
  const place = problem === undefined ? await findReference(scope, file) : file
  const known = read.get(place) ?? problem ?? (await readAllowed(scope, place, limit))
  read.set(place, known)
  if (isRefused(known)) problems.push({ path: at, ...known })
  else files.set(pathKey(at), known)
  return isRefused(known) ? undefined : known
}

function addProblem({ problems }: Collection, path: Path, file: string, { message, hint }: Refused): void {
  problems.push({ path, message: `${file} ${message}`, hint })
}
