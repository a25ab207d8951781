/** The containerd that reads files of regmirror, where no list says which config.toml it has. */
import path from 'node:path'
import type { Daemon } from '../daemon.ts'
import type { View } from '../view.ts'
import { DEFAULT_CONFIG } from './command-line.ts'
import { importsOf } from './config/config-toml.ts'
import { readConfigs } from './config/read-configs.ts'
import { findDaemons, NO_DAEMONS } from './daemon.ts'
import { findDaemon } from './daemon-state.ts'
import { readInstalled } from './installed.ts'
import { readUnits } from './units.ts'

type Place = Pick<View, 'node' | 'machine'>

export async function findReader(files: readonly string[], { node, machine }: Place): Promise<Daemon> {
  const config = await configAmong(files, { node, machine })
  const daemons = machine === undefined ? NO_DAEMONS : await findDaemons(machine.processes, node, config)
  const found = await readInstalled(machine, daemons)
  const { ownUnit } = await readUnits({ node, machine }, daemons, config)
  return findDaemon({ ...found, daemons, ownUnit, files: [], onMachine: machine !== undefined })
}

/** The config.toml among the files, or the one of the running containerd that imports one of them. */
async function configAmong(files: readonly string[], { node, machine }: Place): Promise<string> {
  const tables = files.filter(file => /\.toml$/.test(file) && !/\/hosts\.toml$/.test(file))
  const [first = DEFAULT_CONFIG] = tables
  if (machine === undefined || tables.length === 0) return first
  const { config } = await findDaemons(machine.processes, node, false)
  if (config === undefined) return first
  const folders = await importedFolders(config, node)
  const isRead = tables.some(file => file === config || folders.includes(path.posix.dirname(file)))
  return isRead ? config : first
}

/** A file that was removed is in none of the imports any more, but its folder is. */
async function importedFolders(config: string, node: View['node']): Promise<readonly string[]> {
  const { files } = await readConfigs(node, config, undefined)
  const folder = (file: string, pattern: string) =>
    path.posix.dirname(path.posix.resolve(path.posix.dirname(file), pattern))
  return files.flatMap(file => importsOf(file).map(pattern => folder(file.path, pattern)))
}
