/** What stood on a node before us, as a plan: a restore is an apply without a list. Reads, never writes. */
import path from 'node:path'
import { Failure, type Issue } from '../model/errors.ts'
import type { Activation, Notice } from '../model/report.ts'
import { writerName } from '../ownership/other-writers.ts'
import { digestOf, type ManagedFile, readOriginal, type State } from '../ownership/state.ts'
import { mapConcurrently } from '../system/concurrency.ts'
import type { Reader } from '../system/files.ts'
import type { DesiredFile, Target } from '../targets/target.ts'
import { type Plan, restartNeed } from './plan.ts'
import { compare, inOrder, type Step } from './step.ts'
import { restored } from './unlisted.ts'

export interface RestoreChoices {
  /** Paths on the node; none: all that we have written. */
  readonly files: readonly string[]
  /** Also what somebody else has changed since. */
  readonly overwrite: boolean
}

/** The node, and what is known of it. */
export interface RestoreInput {
  readonly node: Reader
  readonly state: State
  readonly targets: Readonly<Record<string, Target>>
  /** Whether it is this machine, as against a tree under `--root`. */
  readonly here: boolean
  /** The user who runs us. */
  readonly uid: number
}

/** What putting back comes to for one file: what it must be, or why it is not to be. */
interface Part {
  readonly file?: DesiredFile
  readonly conflict?: Issue
  readonly notice?: Notice
}

/**
 * Works out how the node was. Throws Failure `conflict` when somebody else has changed a file since, `usage` when a
 * file is named that we have not written.
 */
export async function planRestore(input: RestoreInput, choices: RestoreChoices): Promise<Plan> {
  const chosen = choose(input, choices)
  await refuseNamed(chosen, input)
  const parts = await mapConcurrently(chosen, ([file, written]) => partOf(file, written, input, choices))
  const conflicts = parts.flatMap(({ conflict }) => conflict ?? [])
  if (conflicts.length > 0) throw new Failure('conflict', conflicts)
  const compared = await mapConcurrently(
    parts,
    async ({ file }, i) =>
      file && (await compare(chosen[i]?.[1].target as string, file, input.node, input.uid)),
  )
  const steps = inOrder(compared.filter(step => step !== undefined)).toSorted(valuesFirst)
  return {
    steps,
    closings: [],
    notices: parts.flatMap(({ notice }) => notice ?? []),
    reload: [],
    restart: restartsOf(steps, input),
    unchanged: chosen.length - steps.length,
    forgets: chosen.map(([file]) => file),
    state: input.state,
  }
}

function choose({ state, targets }: RestoreInput, choices: RestoreChoices): readonly [string, ManagedFile][] {
  const files = choices.files.map(file => path.posix.resolve('/', file))
  const unknown = files.filter(file => state.files[file] === undefined)
  if (unknown.length > 0) {
    const hint = 'regmirror restore --check shows what is'
    throw new Failure(
      'usage',
      unknown.map(file => ({ file, message: 'was not written by regmirror', hint })),
    )
  }
  return Object.entries(state.files).filter(
    ([file, { target }]) => targets[target] !== undefined && (files.length === 0 || files.includes(file)),
  )
}

/** A certificate may not go while a file of ours that stays names it: no pull would succeed any more. */
async function refuseNamed(
  chosen: readonly [string, ManagedFile][],
  { node, state }: RestoreInput,
): Promise<void> {
  const going = chosen.map(([file]) => file)
  const issues: Issue[] = []
  for (const file of Object.keys(state.files).filter(other => !going.includes(other))) {
    const text = (await node.read(file))?.toString('utf8') ?? ''
    const named = going.filter(
      other => path.dirname(other) === path.dirname(file) && text.includes(`"${path.basename(other)}"`),
    )
    const hint = `put both back: --file ${file} too`
    issues.push(...named.map(other => ({ file: other, message: `is named by ${file}`, hint })))
  }
  if (issues.length > 0) throw new Failure('conflict', issues)
}

async function partOf(
  file: string,
  written: ManagedFile,
  input: RestoreInput,
  choices: RestoreChoices,
): Promise<Part> {
  const { node } = input
  const now = await node.read(file)
  if (now === undefined) return written.original ? { file: await originalOf(file, written, node) } : {}
  if (written.owns === 'value') return await withdrawn(file, now, written, input, choices)
  const ours = digestOf(now) === written.digest
  if (ours || choices.overwrite) return { file: await originalOf(file, written, node) }
  const original = await readOriginal(node, file, written.original)
  return original?.bytes.equals(now) ? {} : { conflict: changedSince(file, now, written) }
}

async function originalOf(file: string, written: ManagedFile, node: Reader): Promise<DesiredFile> {
  const why = written.original ? 'as it was before regmirror' : 'was not there before regmirror'
  return { ...(await restored(file, written, node)), owns: written.owns, effect: written.effect, why }
}

function changedSince(file: string, now: Buffer, written: ManagedFile): Issue {
  const author = writerName(file, now.toString('utf8'))
  const message = `was changed by ${author} since regmirror wrote it at ${written.written_at}`
  return {
    file,
    message,
    hint: 'name the files to put back with --file, or put this one back too with --overwrite',
  }
}

/** A file of somebody else: the original, or, where it has gone on changing, the file without our value. */
async function withdrawn(
  at: string,
  now: Buffer,
  written: ManagedFile,
  { node, targets }: RestoreInput,
  { overwrite }: RestoreChoices,
): Promise<Part> {
  const before = (await readOriginal(node, at, written.original))?.bytes.toString('utf8')
  const text = now.toString('utf8')
  const key = written.setting?.path.at(-1) ?? 'the value'
  if (before === text || written.setting === undefined) return { notice: notOurs(at, key, written) }
  const content = targets[written.target]?.withdraw(text, before, written.setting, overwrite)
  if (content === null || content === before) return { file: await originalOf(at, written, node) }
  if (content === undefined) {
    const message = `has changed since, and ${key} cannot be taken out of it without touching anything else`
    return { conflict: { file: at, message, hint: 'set it back by hand, then run it again' } }
  }
  if (content === text) return { notice: notOurs(at, key, written) }
  const why = `${key} as it was before regmirror; the rest has changed since and stays`
  const facts = await node.facts(at)
  const ownership = facts && { mode: facts.mode, uid: facts.uid, gid: facts.gid }
  const common = { path: at, content, secret: false, owns: 'value', effect: written.effect, why } as const
  return { file: { ...common, ...(ownership && { ownership }) } }
}

function notOurs(file: string, key: string, { target }: ManagedFile): Notice {
  const message = `${key} is no longer what regmirror set: it stays`
  return { code: 'left_alone', message, target, file }
}

/** What points at the rest goes first. */
function valuesFirst(a: Step, b: Step): number {
  return Number(b.owns === 'value') - Number(a.owns === 'value')
}

function restartsOf(steps: readonly Step[], { targets, here }: RestoreInput): readonly Activation[] {
  const names = new Set(steps.filter(step => step.effect === 'restart').map(step => step.target))
  return [...names].flatMap(name => (targets[name] ? [restartNeed(name, targets[name], here)] : []))
}
