/** The time at which the files that need a restart were written. */
import { Failure } from '../model/errors.ts'
import type { ManagedFile, RestoredFile } from '../ownership/managed-file.ts'
import { readState, type State, serializeState } from '../ownership/state.ts'
import { type BootClock, type Moment, momentOf } from '../system/boot-clock.ts'
import type { Writer } from '../system/writer.ts'
import type { Journal } from './journal-format.ts'

type ReadClock = (() => Promise<BootClock>) | undefined

export async function readMoment(bootClock: ReadClock): Promise<Moment | undefined> {
  return bootClock && momentOf(await bootClock())
}

/**
 * Writes the present time into the state for the files that a run has just replaced. The run wrote the state before that: a
 * daemon that started in between has read the old files, and so has one that started before an interrupted run was
 * finished. Where the time cannot be written, the time at which the run began stays.
 */
export async function noteMoment(
  { started_at }: Pick<Journal, 'started_at'>,
  node: Writer,
  bootClock: ReadClock,
): Promise<void> {
  if (bootClock === undefined) return
  try {
    const state = await readState(node)
    const moment = await readMoment(bootClock)
    const noted = withMoment(state, started_at, moment)
    if (moment && noted) await node.write(node.statePaths.state, serializeState(noted), { mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
  }
}

/** Undefined if no file of that run needs a restart. */
function withMoment(
  { files, restored = {}, ...state }: State,
  startedAt: string,
  moment: Moment | undefined,
): State | undefined {
  if (moment === undefined) return undefined
  const isNew = ({ written_at }: RestoredFile) => written_at === startedAt
  const isWritten = (file: ManagedFile) => file.effect === 'restart' && isNew(file)
  if (!Object.values(files).some(isWritten) && !Object.values(restored).some(isNew)) return undefined
  return {
    ...state,
    files: mapValues(files, file => (isWritten(file) ? { ...file, written_after: moment } : file)),
    ...(Object.keys(restored).length > 0 && {
      restored: mapValues(restored, file => (isNew(file) ? { ...file, written_after: moment } : file)),
    }),
  }
}

function mapValues<Value>(values: Readonly<Record<string, Value>>, map: (value: Value) => Value) {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]))
}
