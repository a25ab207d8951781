/** Probing for commands that mostly do not probe: what it needs is loaded with the first probe. */
import type { World } from '../model/world.ts'
import type { ListProberOptions, ProbeList } from './probe-list.ts'

export function probeLater(options: ListProberOptions, world: World): ProbeList {
  let opened: Promise<ProbeList> | undefined
  return async (list, how) => {
    opened ??= import('./probe-list.ts').then(({ openListProber }) => openListProber(options, world))
    return await (await opened)(list, how)
  }
}
