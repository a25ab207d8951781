/** The dockerd that reads files of regmirror, where no list says which daemon.json it has. */
import type { Daemon } from '../daemon.ts'
import type { View } from '../view.ts'
import { findDaemon } from './daemon-state.ts'
import { findDaemons, NO_DAEMONS } from './daemons.ts'
import { readInstalled } from './installed.ts'
import { pathsFor } from './paths.ts'

export async function findReader(
  files: readonly string[],
  { node, machine, user }: Pick<View, 'node' | 'machine' | 'user'>,
): Promise<Daemon> {
  const paths = pathsFor(user)
  const path = files.find(file => file.endsWith('.json')) ?? paths.config
  const daemons = machine ? await findDaemons(machine.processes, node, path, paths) : NO_DAEMONS
  const installed = await readInstalled(machine, daemons, undefined)
  const config = { path, named: false, found: undefined }
  return findDaemon({
    ...installed,
    daemons,
    config,
    rootless: paths.rootless,
    onMachine: machine !== undefined,
  })
}
