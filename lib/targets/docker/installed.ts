/** The release of the Docker that a machine has. */
import { parseRelease, type Release } from '../release.ts'
import type { Machine } from '../view.ts'
import type { Daemons } from './daemons.ts'
import type { DaemonInfo } from './info-values.ts'

const PROGRAMS = ['dockerd', '/usr/bin/dockerd', '/usr/sbin/dockerd', '/usr/local/bin/dockerd']

export interface Installed {
  readonly installed: Release | undefined
  /** The program that can be run here. */
  readonly program: string | undefined
}

/** That of the running daemon, else of the first dockerd that is installed. */
export async function readInstalled(
  machine: Pick<Machine, 'run'> | undefined,
  { readers }: Daemons,
  info: Pick<DaemonInfo, 'version'> | undefined,
): Promise<Installed> {
  const running = info?.version === undefined ? undefined : parseRelease(info.version)
  if (machine === undefined) return { installed: running, program: undefined }
  for (const program of [...readers.flatMap(({ program }) => program ?? []), ...PROGRAMS]) {
    const outcome = await machine.run(program, ['--version'])
    if (outcome === undefined) continue
    return { installed: running ?? parseVersionOutput(outcome.stdout), program }
  }
  return { installed: running, program: undefined }
}

/** `Docker version 28.5.2+dfsg4, build 1234abc`. */
export function parseVersionOutput(text: string): Release | undefined {
  const [, version] = /^Docker version (\S+?),? /.exec(text) ?? []
  return version === undefined ? undefined : parseRelease(version)
}
