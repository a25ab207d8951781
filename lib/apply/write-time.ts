/** When the files that need a restart got their place. */
import { Failure } from '../model/errors.ts'
import { type ManagedFile, readState, STATE_FILE, type State, serializeState } from '../ownership/state.ts'
import { type BootClock, type Moment, momentOf } from '../system/boot-clock.ts'
import type { Writer } from '../system/files.ts'
import type { Journal } from './journal-format.ts'

type ReadClock = (() => Promise<BootClock>) | undefined

export async function presentOf(bootClock: ReadClock): Promise<Moment | undefined> {
  return bootClock && momentOf(await bootClock())
}

/**
 * Notes the present for the files that a run has put in their place just now. Its state was written down before that: a
 * daemon that was started in between, or before a run that was cut off was finished, has read the old files. Where this
 * cannot be written, the moment at which the run began stays.
 */
export async function noteMoment(
  { started_at }: Pick<Journal, 'started_at'>,
  node: Writer,
  bootClock: ReadClock,
): Promise<void> {
  try {
    const state = await readState(node)
    const moment = await presentOf(bootClock)
    const noted = withMoment(state, started_at, moment)
    if (moment && noted) await node.write(STATE_FILE, serializeState(noted), { mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
  }
}

/** Undefined where no file of that run needs a restart. */
function withMoment(state: State, startedAt: string, moment: Moment | undefined): State | undefined {
  const isNew = ({ effect, written_at }: ManagedFile) => effect === 'restart' && written_at === startedAt
  const files = Object.entries(state.files)
  if (moment === undefined || !files.some(([, written]) => isNew(written))) return undefined
  const noted = files.map(([file, written]) => [
    file,
    isNew(written) ? { ...written, written_after: moment } : written,
  ])
  return { ...state, files: Object.fromEntries(noted) }
}
