/** Whether CRI pulls by itself or through the transfer service, which reads config_path in another way. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { atLeast, type Release } from '../../release.ts'
import { V2, V3 } from '../config/config-toml.ts'
import { valueAt } from '../config/merge.ts'
import type { ParsedConfig } from '../config/parsed-config.ts'

const IMAGES = V3.slice(0, -1)
const CRI = V2.slice(0, -1)

/** A setting with which 2.1 and later pull locally, and where a file of version 2 has it. */
interface LocalSetting {
  readonly key: string
  /** Below the CRI table of version 2; absent: version 2 has no such setting. */
  readonly old?: readonly string[]
  pullsLocally(value: unknown): boolean
}

const isTrue = (value: unknown) => value === true
const isFilled = (value: unknown) => isTable(value) && Object.keys(value).length > 0

/** CheckLocalImagePullConfigs, internal/cri/config/config.go:560-628@v2.3.4; places: plugins/cri/images/plugin.go:209-252@v2.3.4. */
const SETTINGS: readonly LocalSetting[] = [
  { key: 'use_local_image_pull', pullsLocally: isTrue },
  {
    key: 'disable_snapshot_annotations',
    old: ['containerd', 'disable_snapshot_annotations'],
    pullsLocally: value => value === false,
  },
  {
    key: 'discard_unpacked_layers',
    old: ['containerd', 'discard_unpacked_layers'],
    pullsLocally: isTrue,
  },
  {
    key: 'max_concurrent_downloads',
    old: ['max_concurrent_downloads'],
    pullsLocally: value => value !== undefined && value !== 3,
  },
  { key: 'image_pull_with_sync_fs', old: ['image_pull_with_sync_fs'], pullsLocally: isTrue },
]
const REGISTRY_TABLES = ['mirrors', 'configs', 'auths']

export function pullsLocally(files: readonly ParsedConfig[], reader: Release): boolean {
  if (!atLeast(reader, '2.1.0')) return true
  const tables = REGISTRY_TABLES.flatMap(key =>
    files.flatMap(file => [V2, V3].map(at => valueAt(file, [...at, key]))),
  )
  return tables.some(isFilled) || SETTINGS.some(setting => setting.pullsLocally(lastValue(files, setting)))
}

/** What the last file has that gives a value. */
function lastValue(files: readonly ParsedConfig[], { key, old }: LocalSetting): unknown {
  const paths = [...(old ? [[...CRI, ...old]] : []), [...IMAGES, key]]
  return files.flatMap(file => paths.map(path => valueAt(file, path))).findLast(value => value !== undefined)
}
