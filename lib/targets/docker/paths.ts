/** Where Docker has its files: those of the system, or of the user who runs rootless Docker. Pure. */
import type { RootlessUser } from '../view.ts'
import type { Defaults } from './daemons.ts'
import { DEFAULT_CONFIG } from './settings.ts'

export interface Paths extends Defaults {
  /** Compiled into dockerd (registry/registry.go:32-46@v28.5.2); of rootless Docker, in the directory of the user. */
  readonly certsDir: string
  readonly dataRoot: string
  /** Where the unit is; undefined: in the directories of the system. */
  readonly unitDirectories?: readonly string[]
}

/** pkg/homedir and cmd/dockerd/config.go@v28.5.2. */
export function pathsFor(user: RootlessUser | undefined): Paths {
  if (user === undefined)
    return {
      config: DEFAULT_CONFIG,
      certsDir: '/etc/docker/certs.d',
      dataRoot: '/var/lib/docker',
      socket: '/run/docker.sock',
      rootless: false,
    }
  const { configHome, dataHome, runtimeDirectory } = user
  return {
    config: `${configHome}/docker/daemon.json`,
    certsDir: `${configHome}/docker/certs.d`,
    dataRoot: `${dataHome}/docker`,
    socket: `${runtimeDirectory ?? `${user.home}/.docker/run`}/docker.sock`,
    rootless: true,
    unitDirectories: [`${configHome}/systemd/user`],
  }
}
