/** Reads what the list refers to: CA files, client pairs, header values from files and from the environment. */

import { certificatesIn, pairProblem } from '../formats/pem.ts'
import type { Path, Problem } from '../model/problem.ts'
import { isRefused, type Refused } from '../model/refused.ts'
import type { Attachment } from '../model/registry.ts'
import { type HeaderSecret, headerSecrets } from './header-secrets.ts'
import { findReference, type ReferenceScope, readAllowed, referenceProblem } from './referenced-file.ts'
import type { IsValid } from './rules/validity.ts'
import { type ConnectionEntry, caEntries, pathKey } from './written.ts'

/** What the list refers to, by the path of the reference. */
export interface References {
  readonly files: ReadonlyMap<string, Attachment>
  /** What headers are made of. */
  readonly secrets: ReadonlyMap<string, string>
}

/** The references found so far. */
interface Collection {
  readonly scope: ReferenceScope
  readonly files: Map<string, Attachment>
  readonly secrets: Map<string, string>
  readonly problems: Problem[]
  /** Each file is read once, however many mirrors name it. */
  readonly read: Map<string, Attachment | Refused>
  /** Each client pair is checked once. */
  readonly pairs: Map<string, PairProblem>
}

type PairProblem = ReturnType<typeof pairProblem>

const MAX_PEM = 1024 * 1024
const MAX_HEADER = 64 * 1024

/** Reads and checks everything that valid tables refer to, and collects every problem. */
export async function readReferences(
  connections: readonly ConnectionEntry[],
  isValid: IsValid,
  scope: ReferenceScope,
): Promise<References & { readonly problems: readonly Problem[] }> {
  const collection: Collection = {
    scope,
    files: new Map(),
    secrets: new Map(),
    problems: [],
    read: new Map(),
    pairs: new Map(),
  }
  for (const entry of connections) {
    if (isValid(entry.path, 'ca')) await readCa(collection, entry)
    if (isValid(entry.path, 'client')) await readClient(collection, entry)
    if (isValid(entry.path, 'header'))
      for (const secret of headerSecrets(entry)) await readSecret(collection, secret)
  }
  const { files, secrets, problems } = collection
  return { files, secrets, problems }
}

async function readCa(collection: Collection, entry: ConnectionEntry): Promise<void> {
  for (const { path: at, file } of caEntries(entry)) {
    const attachment = await attach(collection, at, file, MAX_PEM)
    if (attachment === undefined) continue
    const found = certificatesIn(attachment)
    if (isRefused(found)) addProblem(collection, at, attachment.path, found)
  }
}

async function readClient(collection: Collection, { path, written }: ConnectionEntry): Promise<void> {
  const at = [...path, 'client']
  const { cert: certFile, key: keyFile } = written.client ?? {}
  if (certFile === undefined || keyFile === undefined) return
  const cert = await attach(collection, [...at, 'cert'], certFile, MAX_PEM)
  const key = await attach(collection, [...at, 'key'], keyFile, MAX_PEM)
  if (cert === undefined || key === undefined) return
  const problem = problemOfPair(collection, cert, key)
  if (problem === undefined) return
  addProblem(collection, [...at, problem.at], problem.at === 'cert' ? cert.path : key.path, problem)
}

/** A private key takes long to parse, and usually one pair is that of every mirror. */
function problemOfPair({ pairs }: Collection, cert: Attachment, key: Attachment): PairProblem {
  const id = pathKey([cert.path, key.path])
  const known = pairs.has(id) ? pairs.get(id) : pairProblem(cert, key)
  pairs.set(id, known)
  return known
}

async function readSecret(collection: Collection, secret: HeaderSecret): Promise<void> {
  const { path: at, written } = secret
  if (typeof written === 'string') collection.secrets.set(pathKey(at), written)
  else if (written.file !== undefined) await readSecretFile(collection, secret, written.file)
  else if (written.env !== undefined) readVariable(collection, secret, written.env)
}

async function readSecretFile(
  collection: Collection,
  { path: at, problem }: HeaderSecret,
  file: string,
): Promise<void> {
  const attachment = await attach(collection, [...at, 'file'], file, MAX_HEADER)
  if (attachment === undefined) return
  const value = attachment.text.replace(/\r?\n$/, '')
  const found = problem(value)
  if (found === undefined) collection.secrets.set(pathKey(at), value)
  else {
    const { message, hint = 'save the value alone in the file' } = found
    addProblem(collection, [...at, 'file'], attachment.path, { message, hint })
  }
}

const NO_ENV = {
  message: 'a list inside --root cannot use the environment of this machine',
  hint: 'use a list outside --root with -f, or save the value in a file beside the list',
}

function readVariable(collection: Collection, { path: at, problem }: HeaderSecret, variable: string): void {
  const { env } = collection.scope
  const value = env?.[variable] ?? ''
  const found = problem(value)
  const path = [...at, 'env']
  if (env === undefined) collection.problems.push({ path, ...NO_ENV })
  else if (value === '') collection.problems.push({ path, ...unsetVariable(variable) })
  else if (found === undefined) collection.secrets.set(pathKey(at), value)
  else
    collection.problems.push({ path, message: `the value of ${variable} ${found.message}`, hint: found.hint })
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
