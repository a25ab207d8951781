/**
 * A list from data to the nouns: schema, rules, references, resolve, lints. The only file that knows all these stages.
 */
import path from 'node:path'
import type { Failure } from '../model/errors.ts'
import type { Path, Problem } from '../model/problem.ts'
import type { MirrorList, Place } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import type { KnownTargets } from '../model/target-settings.ts'
import type { Reader } from '../system/reader.ts'
import { type Entries, findEntries } from './entries.ts'
import { readableNotices } from './lint-readable-secrets.ts'
import { lintList } from './lints/lints.ts'
import type { ListFormat } from './list-format.ts'
import type { ReferenceScope } from './referenced-file.ts'
import { type References, readReferences } from './references.ts'
import { resolveList } from './resolve.ts'
import { checkRules } from './rules/rules.ts'
import { validityAfter } from './rules/validity.ts'
import { quickValidator } from './schema/quick-validator.ts'
import type { SchemaProblem } from './schema/schema-problem.ts'
import type { WrittenList } from './written.ts'

/** A list as data, and what messages about it refer to. */
export interface ParsedList {
  readonly value: unknown
  readonly format: ListFormat
  readonly file: string
  /** Its path, if other users may be able to read it there. */
  readonly path: string | undefined
  place(path: Path): Place
  failure(problems: readonly Problem[]): Failure
}

interface CompleteOptions {
  /** The effective user. */
  readonly uid: number
  /** Milliseconds since 1970, for certificates that have expired. */
  readonly now: number
  readonly targets: KnownTargets
}

interface CompleteList {
  readonly list: MirrorList
  /** Whether it names its targets; otherwise it is for the first one. */
  readonly namesTargets: boolean
  readonly notices: readonly Notice[]
}

/** `host` is this machine, where the list is. Throws the failure of every problem in the list. */
export async function completeList(
  parsed: ParsedList,
  scope: ReferenceScope,
  host: Reader,
  { targets, uid, now }: CompleteOptions,
): Promise<CompleteList> {
  const { references, entries } = await check(parsed, scope, targets)
  const list = parsed.value as WrittenList
  const { place, path: file } = parsed
  const { registries, connections } = entries
  const resolved = resolveList({ list, registries, references, place, targets: Object.keys(targets) })
  const readable =
    uid === 0 || isUsersList(file, scope)
      ? await readableNotices({ connections, references, file, place }, host, scope.files)
      : []
  const notices = [...lintList({ list, registries, resolved, place, now }), ...readable]
  const namesTargets = Object.keys(list.targets ?? {}).length > 0
  return { list: resolved, namesTargets, notices }
}

/** On a node only: in a checkout of lists, git sets the modes. */
function isUsersList(file: string | undefined, { lists: [own, ofMachine] }: ReferenceScope): boolean {
  return file !== undefined && ofMachine !== undefined && path.dirname(path.resolve(file)) === own
}

/** A valid list, and what it refers to. */
interface Checked {
  readonly references: References
  readonly entries: Entries
}

async function check(parsed: ParsedList, scope: ReferenceScope, targets: KnownTargets): Promise<Checked> {
  const { problems, ...checked } = await findProblems(parsed, scope, targets)
  if (problems.length > 0) throw parsed.failure(problems)
  return checked
}

/** Every problem of a value that is meant as a list, and what it refers to. */
export async function findProblems(
  parsed: ParsedList,
  scope: ReferenceScope,
  targets: KnownTargets,
): Promise<Checked & { readonly problems: readonly Problem[] }> {
  const { value } = parsed
  const fits = quickValidator(targets)(value)
  const shape = fits ? [] : await findShapeProblems(parsed, targets)
  const isValid = validityAfter(shape)
  const entries = findEntries(value, isValid)
  const rules = checkRules(value, entries, isValid, targets)
  const { problems, ...references } = await readReferences(entries.connections, isValid, scope)
  return { references, entries, problems: [...shape, ...rules, ...problems] }
}

/** Throws the failure for a file of another program. Loaded for a list with a wrong shape only. */
async function findShapeProblems(
  { value, file, failure }: ParsedList,
  targets: KnownTargets,
): Promise<readonly SchemaProblem[]> {
  const { foreignProblem } = await import('./foreign/foreign-file.ts')
  const foreign = foreignProblem(value, file)
  if (foreign !== undefined) throw failure([foreign])
  const { checkSchema } = await import('./schema/check-schema.ts')
  return checkSchema(value, targets)
}
