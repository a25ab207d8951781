/** The release of the containerd that a machine has. */

import { isExact, isSameLine, parseRelease, type Release } from '../release.ts'
import type { Machine } from '../view.ts'
import { DEFAULT_CONFIG } from './command-line.ts'
import { type Daemons, findDaemons, NO_DAEMONS } from './daemon.ts'
import { parseVersionOutput } from './release.ts'
import type { ContainerdSettings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'

/** The release whose rules count for a pull: as exactly as the list and the machine have it. */
export async function findRelease(
  settings: Pick<ContainerdSettings, 'config' | 'version'> | undefined,
  machine: Pick<Machine, 'run' | 'files' | 'processes'> | undefined,
): Promise<Release | undefined> {
  const { config = DEFAULT_CONFIG, version } = settings ?? {}
  const named = version === undefined ? undefined : parseRelease(version)
  if (named !== undefined && isExact(named)) return named
  const daemons = machine && (await findDaemons(machine.processes, machine.files, config))
  const { installed } = await readInstalled(machine, daemons ?? NO_DAEMONS)
  return named === undefined ? installed : exactOne(named, installed)
}

/** Where containerd is installed from its archive, which the PATH of a service may not have. */
const PROGRAMS = ['containerd', '/usr/local/bin/containerd', '/usr/bin/containerd', '/opt/bin/containerd']

/** The release of the daemon that reads the config, else of the first containerd that is installed. */
export async function readInstalled(
  machine: Pick<Machine, 'run'> | undefined,
  { readers }: Daemons,
): Promise<Pick<Snapshot, 'installed' | 'program' | 'versionHangs'>> {
  const running = readers.flatMap(({ program }) => program ?? [])
  const none = { installed: undefined, program: undefined, versionHangs: false }
  if (machine === undefined) return none
  for (const program of [...running, ...PROGRAMS]) {
    const outcome = await machine.run(program, ['--version'])
    if (outcome === undefined) continue
    const installed = outcome.code === 0 ? parseVersionOutput(outcome.stdout) : undefined
    return { installed, program, versionHangs: outcome.code === null }
  }
  return none
}

/** The patch release of this node, where the list names only its line. */
export function exactOne(named: Release | undefined, installed: Release | undefined): Release | undefined {
  const refines = named !== undefined && !isExact(named) && isSameLine(named, installed)
  return refines ? installed : named
}
