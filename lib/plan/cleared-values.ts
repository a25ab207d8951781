/**
 * Keys that must not just go: a daemon that finds a key gone at a reload may keep its old value (dockerd:
 * daemon/reload.go:223@v28.5.2). So it reads another value first, such as `[]`, and then the key goes. Pure.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Format } from '../formats/format.ts'
import { formats } from '../formats/index.ts'
import type { Notice } from '../model/report.ts'
import type { ManagedFile, OwnedValue } from '../ownership/managed-file.ts'
import type { Step } from './step.ts'
import { keysOf } from './withdraw.ts'

/** What a command may do with daemons, where a plan depends on it. */
export interface MayActivate {
  readonly reload?: boolean
  readonly restart?: boolean
}

interface Daemon {
  /** Whether there is one that may have read the file. */
  readonly runs: boolean
  /** Whether it has a restart. */
  readonly restarts: boolean
  /** Files that it has not read yet. */
  readonly unread: ReadonlySet<string>
}

/**
 * The step with what the daemon must read before, where the command may reload it. Where it may not, the step takes effect
 * after a restart. `written`: what regmirror knows of the file.
 */
export function withClears(
  step: Step,
  written: ManagedFile | undefined,
  { runs, restarts, unread }: Daemon,
  may: MayActivate,
): Step {
  const values = runs ? lostValues(step, written, unread.has(step.path)) : []
  if (values.length === 0 || written?.owns !== 'values') return step
  const content = clearedContent(step, written, values)
  if (content !== undefined && (may.reload || may.restart)) return { ...step, clears: { content, values } }
  return restarts ? { ...step, effect: 'restart', keeps: { values, effect: step.effect } } : step
}

/** Values that the daemon has and that are gone after the step; one that was cleared and read has no old value. */
function lostValues(
  { before, after }: Step,
  written: ManagedFile | undefined,
  isUnread: boolean,
): readonly OwnedValue[] {
  if (written?.owns !== 'values' || before === undefined) return []
  const format = formats[written.format]
  const valueIn = (bytes: Buffer | undefined, { path }: OwnedValue) =>
    bytes && format.valueAt(bytes.toString('utf8'), path)
  return written.values.filter(value => {
    const now = valueIn(before.bytes, value)
    const isClear = isDeepStrictEqual(now, value.cleared) && !isUnread
    return (
      value.cleared !== undefined &&
      now !== undefined &&
      !isClear &&
      valueIn(after?.bytes, value) === undefined
    )
  })
}

/** The file after the step, or the one that regmirror created, with the cleared values; undefined where it has no place. */
function clearedContent(
  { before, after }: Step,
  written: ManagedFile & { readonly owns: 'values' },
  values: readonly OwnedValue[],
): Buffer | undefined {
  const base = after?.bytes.toString('utf8') ?? written.created_from ?? before?.bytes.toString('utf8')
  const format: Format = formats[written.format]
  const text = values.reduce<string | undefined>(
    (so, { path, cleared }) =>
      so === undefined || cleared === undefined ? undefined : format.set(so, path, cleared),
    base,
  )
  return text === undefined ? undefined : Buffer.from(text)
}

/** The step that writes what the daemon must read first; the file stays managed until the key is gone. */
export function clearingStep(step: Step, written: ManagedFile | undefined): Step {
  const { before, clears, keepsOwner: _, ...about } = step
  if (clears === undefined || before === undefined || written?.owns !== 'values') return step
  const values = clears.values.map(value => ({ ...value, value: value.cleared ?? value.value }))
  const { format, created_from } = written
  return {
    ...about,
    action: 'update',
    before,
    after: { bytes: clears.content, ownership: before.ownership },
    owns: { kind: 'values', format, values, ...(created_from !== undefined && { created_from }) },
  }
}

/**
 * Values that a daemon keeps, because it is not reloaded. After the run no state may be left that knows of them, so the
 * notice has every cure. `restart`: the command.
 */
export function keptNotices(
  steps: readonly Step[],
  title: string,
  restart: string | undefined,
): readonly Notice[] {
  return steps.flatMap(({ path, target, keeps }) => {
    if (keeps === undefined) return []
    const keys = keysOf(keeps.values)
    const after = restart ?? `restart ${title}`
    const message = `${title} uses its old ${keys} until it is restarted: no reload removes a key. With --reload, this run lets ${title} read an empty ${keys} first. After a run without it: ${after}; or regmirror apply --reload with the old list, then this command with --reload`
    return [{ code: 'value_kept', message, target, file: path }]
  })
}
