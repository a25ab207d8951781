/** The fix for a config.toml without `version`. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import type { EditFix } from '../../rule.ts'
import { V2 } from '../config/config-toml.ts'
import type { ParsedConfig } from '../config/parsed-config.ts'
import { renamingHint } from '../config/plugin-names.ts'
import { configEdit } from './config-edit.ts'

/** Only where the tables of version 2 have nothing but the registry: other settings would take effect with it. */
export function addVersion(file: ParsedConfig): { readonly fix?: EditFix } {
  const { plugins } = file.value
  const [, cri = ''] = V2
  const own = isTable(plugins) ? Object.keys(plugins) : []
  const table = isTable(plugins) ? plugins[cri] : undefined
  const isRegistryOnly = isTable(table) && Object.keys(table).join() === 'registry'
  const isSafe = own.join() === cri && isRegistryOnly && renamingHint(file) === ''
  if (file.version !== undefined || !isSafe) return {}
  const why = 'adds version = 2, by which the registry table counts'
  return { fix: configEdit(file.path, why, text => `version = 2\n${text}`) }
}
