/** Tables with which the CRI plugin does not load beside config_path, with the places and the cure that doctor names. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Release } from '../../release.ts'
import { type EffectiveRegistry, entriesOf, placeOfSetting } from '../config/merge.ts'

/** internal/cri/config/config.go:514@v2.3.4 and pkg/cri/config/config.go:510,524@v1.7.24; 2.x ignores `configs.*.tls`. */
export function legacyFault({ mirrors, tls }: EffectiveRegistry, reader: Release): Issue | undefined {
  const [setting] = [...mirrors.flatMap(entriesOf), ...(reader.major < 2 ? tls : [])]
  if (setting === undefined) return undefined
  const table = setting.path.slice(2).join('.')
  return {
    ...placeOfSetting(setting),
    message: `${table} is not allowed beside config_path: the CRI plugin does not load, and the node becomes NotReady`,
    hint: 'move it into a mirror list (regmirror import prints one), then run regmirror apply --migrate',
  }
}
