/** What a daemon has not read yet of the files that regmirror wrote. Reads, never writes. */
import type { RestoredFile } from '../ownership/managed-file.ts'
import type { State } from '../ownership/state.ts'
import type { Daemon } from '../targets/daemon.ts'
import type { Target } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import { type Clock, isPending } from './pending-restart.ts'

export interface Pending {
  readonly effects: ReadonlySet<'reload' | 'restart'>
  /** Files that the daemon reads at its next reload. */
  readonly unread: ReadonlySet<string>
}

const NOTHING: Pending = { effects: new Set(), unread: new Set() }

/**
 * A restart is pending where a file that needs one was written after the daemon was started; a reload also where no reload of
 * this daemon was proved since. A reload by a person leaves no trace in the state, so the daemon itself is shown its file: a
 * reload that it cannot rule out is named again.
 */
export async function findPending(
  name: string,
  { daemon: control }: Pick<Target, 'daemon'>,
  daemon: Daemon,
  { machine, state }: Pick<View, 'machine' | 'state'>,
): Promise<Pending> {
  const known = knownFiles(name, state)
  if (machine === undefined || daemon.state !== 'running' || known.length === 0) return NOTHING
  const clock = { ...(await machine.bootClock()), now: machine.now() }
  const pending = known.filter(file => isPending(file, daemon.startedAt, clock))
  const needs = (effect: 'reload' | 'restart') => pending.filter(file => file.needs === effect)
  const unread = needs('reload').filter(file => !isLoaded(file, daemon.startedAt, clock))
  const isUnread = unread.length > 0 && (await usesItsFile(control, daemon, machine.files)) !== true
  return {
    effects: new Set([
      ...(needs('restart').length > 0 ? (['restart'] as const) : []),
      ...(isUnread ? (['reload'] as const) : []),
    ]),
    unread: new Set(isUnread ? unread.map(({ path }) => path) : []),
  }
}

type Known = RestoredFile & { readonly path: string; readonly needs: 'reload' | 'restart' }

function knownFiles(name: string, { files, restored = {} }: State): readonly Known[] {
  const written = Object.entries(files).flatMap(([path, file]): Known[] => {
    const needs = file.keeps_value === true ? 'restart' : file.effect
    return needs === 'reload' || needs === 'restart' ? [{ ...file, path, needs }] : []
  })
  const put = Object.entries(restored).map(
    ([path, file]): Known => ({ ...file, path, needs: file.effect === 'reload' ? 'reload' : 'restart' }),
  )
  return [...written, ...put].filter(({ target }) => target === name)
}

/** By the daemon that runs: one that was started since has another time. */
function isLoaded({ loaded_by }: RestoredFile, startedAt: number, { bootId }: Clock): boolean {
  return loaded_by !== undefined && loaded_by.boot_id === bootId && loaded_by.ticks === startedAt
}

/** Undefined: it does not show that. */
export async function usesItsFile(
  control: Target['daemon'],
  { address, config }: Daemon & { readonly state: 'running' },
  node: Parameters<Target['daemon']['respond']>[1]['node'],
): Promise<boolean | undefined> {
  if (address === undefined) return undefined
  const response = await control.respond(address, { config, node })
  if (response.serves) return response.usesFile
  return response.responds === false ? undefined : false
}
