/** Which image store the Docker of a node has, and how that is known. Pure. */
import { isTable, type Table } from '../../formats/is-table.ts'
import { atLeast, type Release } from '../release.ts'
import type { DockerSettings, Store } from './settings.ts'

/** `because` completes "the image store is …,": `by store in [targets.docker]`. */
export interface ChosenStore {
  readonly store: Store
  readonly because: string
}

/** What decides. */
export interface StoreFacts {
  readonly settings: Pick<DockerSettings, 'store'>
  /** What the running daemon says. */
  readonly running: Store | undefined
  /** daemon.json. */
  readonly value: Table
  /** `--storage-driver`. */
  readonly storageDriver: string | undefined
  readonly release: Release | undefined
  /** Whether the data root has images of a graph driver; undefined: not known. */
  readonly hasPriorDriver: boolean | undefined
}

/** Undefined: not known. */
export function chooseStore(seen: StoreFacts): ChosenStore | undefined {
  const { settings, running, release } = seen
  if (settings.store !== undefined) return { store: settings.store, because: 'by store in [targets.docker]' }
  if (running !== undefined) return { store: running, because: 'as the running daemon says' }
  const feature = isTable(seen.value.features) ? seen.value.features['containerd-snapshotter'] : undefined
  if (typeof feature === 'boolean')
    return { store: feature ? 'containerd' : 'graphdriver', because: 'by features in daemon.json' }
  if (release === undefined) return undefined
  if (!atLeast(release, '29.0.0'))
    return { store: 'graphdriver', because: `the default of Docker ${release.name}` }
  return newDefault(seen, release)
}

/** daemon/image_store_choice.go determineImageStoreChoice@docker-v29.7.2. */
function newDefault(
  { value, storageDriver, hasPriorDriver }: StoreFacts,
  { name }: Release,
): ChosenStore | undefined {
  const driver = storageDriver ?? value['storage-driver']
  if (typeof driver === 'string' && driver !== '')
    return {
      store: /^(vfs|overlay2|btrfs)$/.test(driver) ? 'graphdriver' : 'containerd',
      because: `by storage-driver ${JSON.stringify(driver)}`,
    }
  if (typeof value['userns-remap'] === 'string' && value['userns-remap'] !== '')
    return { store: 'graphdriver', because: 'by userns-remap in daemon.json' }
  if (hasPriorDriver === undefined) return undefined
  return hasPriorDriver
    ? { store: 'graphdriver', because: 'it has images of a graph driver already' }
    : { store: 'containerd', because: `the default of Docker ${name}` }
}
