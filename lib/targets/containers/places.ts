/** Where the files of containers/image are, for the machine or for a user. Pure. */
import type { RootlessUser, View } from '../view.ts'
import type { Layer } from './files/config-file.ts'
import { isBefore, type Release } from './release.ts'
import { type ContainersSettings, DEFAULT_CONFIG_DIR } from './settings.ts'

/** The name sorts late, so that few files replace its tables. */
const DROP_IN = '90-regmirror.conf'

export interface Places {
  /** The drop-in of regmirror. */
  readonly dropIn: string
  /** The layer that it is in. */
  readonly layer: 'system' | 'user'
  /** The directory of certificates that regmirror writes. */
  readonly certsDir: string
  readonly mains: readonly Place[]
  readonly dropInDirs: readonly Place[]
  /** Directories of certificates: the first one that has a directory for a host hides it in the others. */
  readonly certsDirs: readonly string[]
}

export interface Place {
  readonly path: string
  readonly layer: Layer
}

/** Root reads the files in its home too. */
const ROOT_HOME = '/root'

export function findPlaces(
  { user, uid }: Pick<View, 'user' | 'uid'>,
  { configDir }: Pick<ContainersSettings, 'configDir'>,
  release: Release | undefined,
): Places {
  const home = userDirectory(user, release)
  const system = user === undefined ? (configDir ?? DEFAULT_CONFIG_DIR) : DEFAULT_CONFIG_DIR
  const own = user === undefined ? system : (configDir ?? home)
  const ofUser = user === undefined ? home : own
  return {
    dropIn: `${own}/registries.conf.d/${DROP_IN}`,
    layer: user === undefined ? 'system' : 'user',
    certsDir: `${own}/certs.d`,
    mains: [
      { path: '/usr/share/containers/registries.conf', layer: 'vendor' },
      { path: `${system}/registries.conf`, layer: 'system' },
      { path: `${ofUser}/registries.conf`, layer: 'user' },
    ],
    dropInDirs: [
      ...dropInDirs('/usr/share/containers', 'vendor', user && uid),
      ...dropInDirs(system, 'system', user && uid),
      { path: `${ofUser}/registries.conf.d`, layer: 'user' },
    ],
    certsDirs: [`${ofUser}/certs.d`, `${system}/certs.d`, '/etc/docker/certs.d'],
  }
}

/** Up to Podman 5, $XDG_CONFIG_HOME does not count (userRegistriesFile@image/v5.39.2). */
function userDirectory(user: RootlessUser | undefined, release: Release | undefined): string {
  if (user === undefined) return `${ROOT_HOME}/.config/containers`
  const isNewer = release !== undefined && !isBefore(release, 6)
  return `${isNewer ? user.configHome : `${user.home}/.config`}/containers`
}

/** In the order in which a later one counts (getDropInPaths, storage/pkg/configfile/parse.go@2308787). */
function dropInDirs(directory: string, layer: Layer, uid: number | undefined): readonly Place[] {
  const rootless = `${directory}/registries.rootless.conf.d`
  const special =
    uid === undefined ? [`${directory}/registries.rootful.conf.d`] : [rootless, `${rootless}/${uid}`]
  return [`${directory}/registries.conf.d`, ...special].map(path => ({ path, layer }))
}
