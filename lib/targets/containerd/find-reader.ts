/** The containerd that reads files of regmirror, where no list says which config.toml it has. */
import type { Daemon } from '../daemon.ts'
import type { View } from '../view.ts'
import { DEFAULT_CONFIG } from './command-line.ts'
import { findDaemons, NO_DAEMONS } from './daemon.ts'
import { findDaemon } from './daemon-state.ts'
import { readInstalled } from './installed.ts'
import { readUnits } from './units.ts'

export async function findReader(
  files: readonly string[],
  { node, machine }: Pick<View, 'node' | 'machine'>,
): Promise<Daemon> {
  const config = files.find(file => /\.toml$/.test(file) && !/\/hosts\.toml$/.test(file)) ?? DEFAULT_CONFIG
  const daemons = machine === undefined ? NO_DAEMONS : await findDaemons(machine.processes, node, config)
  const found = await readInstalled(machine, daemons)
  const { ownUnit } = await readUnits({ node, machine }, daemons, config)
  return findDaemon({ ...found, daemons, ownUnit, files: [], onMachine: machine !== undefined })
}
