/** When the files that need a reload or a restart were written, and which daemon has read them. */
import { Failure } from '../model/errors.ts'
import type { ManagedFile, RestoredFile } from '../ownership/managed-file.ts'
import { readState, type State, serializeState } from '../ownership/state.ts'
import { type BootClock, type Moment, momentOf } from '../system/boot-clock.ts'
import type { Writer } from '../system/writer.ts'
import type { DaemonActivation } from './daemon-activation.ts'
import type { Journal } from './journal-format.ts'
import { isReadLater } from './next-state.ts'

type ReadClock = (() => Promise<BootClock>) | undefined

export async function readMoment(bootClock: ReadClock): Promise<Moment | undefined> {
  return bootClock && momentOf(await bootClock())
}

/**
 * Writes the present time into the state for the files that a run has just replaced. The run wrote the state before that: a
 * daemon that started in between has read the old files, and so has one that started before an interrupted run was
 * finished. Where the time cannot be written, the time at which the run began stays. Files of a daemon that this run has
 * reloaded or restarted keep it: the daemon has read them.
 */
export async function noteMoment(
  { started_at, activations = [] }: Pick<Journal, 'started_at' | 'activations'>,
  node: Writer,
  bootClock: ReadClock,
): Promise<void> {
  const isActivated = (name: string) => activations.some(({ target }) => target === name)
  await noteInState(node, bootClock, moment => ({ target, effect, written_at }) => {
    const isNew = written_at === started_at && isReadLater(effect) && !isActivated(target)
    return isNew ? { written_after: moment } : {}
  })
}

/** Notes which files these daemons have read in a reload that was proved: for them no reload is pending. */
export async function noteLoaded(
  activations: readonly DaemonActivation[],
  node: Writer,
  bootClock: ReadClock,
): Promise<void> {
  const reloaded = activations.filter(({ action }) => action === 'reload')
  if (reloaded.length === 0) return
  await noteInState(node, bootClock, ({ boot_id }) => ({ target, effect, written_after }) => {
    const reader = effect === 'reload' && reloaded.find(one => one.target === target)
    return reader && written_after ? { loaded_by: { boot_id, ticks: reader.started_at } } : {}
  })
}

type Noted = Pick<RestoredFile, 'written_after' | 'loaded_by'>
type Note = (moment: Moment) => (file: RestoredFile & Pick<ManagedFile, 'effect'>) => Noted

async function noteInState(node: Writer, bootClock: ReadClock, note: Note): Promise<void> {
  if (bootClock === undefined) return
  try {
    const state = await readState(node)
    const moment = await readMoment(bootClock)
    const noted = moment && withNotes(state, note(moment))
    if (noted) await node.write(node.statePaths.state, serializeState(noted), { mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
  }
}

/** Undefined if there is nothing to note. */
function withNotes(state: State, note: ReturnType<Note>): State | undefined {
  let isNoted = false
  const noted = <File extends RestoredFile>(file: File): File => {
    const { effect = 'restart' } = file
    const more = note({ ...file, effect })
    isNoted ||= Object.keys(more).length > 0
    return { ...file, ...more }
  }
  const { restored = {}, ...rest } = state
  const put = mapValues(restored, noted)
  const next = { ...rest, files: mapValues(state.files, noted) }
  if (!isNoted) return undefined
  return { ...next, ...(Object.keys(put).length > 0 && { restored: put }) }
}

function mapValues<Value>(values: Readonly<Record<string, Value>>, map: (value: Value) => Value) {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]))
}
