/**
 * registry.mirrors, or on 1.x registry.configs.*.tls, beside config_path: the CRI plugin does not load, also where the table
 * is empty, while containerd runs and `config dump` exits 0 (internal/cri/config/config.go:514@v2.3.4,
 * pkg/cri/config/config.go:510,524@v1.7.24). On the real containerd: test/e2e/config-verdicts.spec.ts and doctor.spec.ts. Pure.
 */
import { isTable } from '../../../../formats/is-table.ts'
import { atLeast, type Release } from '../../../release.ts'
import type { EditFix, Rule } from '../../../rule.ts'
import { effectiveRegistry, entriesOf, placeOfSetting, type Setting } from '../../config/merge.ts'
import type { Snapshot } from '../../snapshot.ts'
import { configEdit } from '../config-edit.ts'
import { findForEach } from '../found-issue.ts'
import type { ObservedNode } from '../observed-node.ts'
import { removeEmptyTable } from '../remove-empty-table.ts'

export const legacyTables: Rule<ObservedNode> = {
  code: 'legacy_tables',
  severity: 'error',
  part: 'config',
  title: '`registry.mirrors` or `registry.configs.*.tls` beside `config_path`',
  fixes: true,
  find: ({ snapshot }) => findForEach(snapshot.readers, reader => findTables(snapshot, reader)),
}

function findTables({ files }: Snapshot, reader: Release) {
  const { configPath, mirrors, tls } = effectiveRegistry(files, reader)
  const isForced = configPath?.value === '' && isForcedIn(reader)
  if (configPath === undefined || (configPath.value === '' && !isForced)) return []
  const entries = mirrors.flatMap(entriesOf)
  return [...entries, ...(reader.major < 2 ? tls : [])].map(setting => ({
    ...placeOfSetting(setting),
    problem: `${setting.path.slice(2).join('.')} is not allowed beside config_path`,
    consequence: 'the CRI plugin does not load, and the node becomes NotReady',
    cure: 'move it into a mirror list (regmirror import prints one), then run regmirror apply --migrate',
    ...fixFor(setting),
  }))
}

/** 2.2.0 and 2.2.1 set an empty config_path to the default of that release (plugins/cri/images/plugin.go:219@v2.2.0). */
function isForcedIn(reader: Release): boolean {
  return atLeast(reader, '2.2.0') && !atLeast(reader, '2.2.2')
}

/** An empty table configures nothing. */
function fixFor({ value, path, file }: Setting): { readonly fix?: EditFix } {
  if (!isTable(value) || Object.keys(value).length > 0) return {}
  const edit = (text: string) => removeEmptyTable(text, path)
  if (edit(file.text) === undefined) return {}
  return { fix: configEdit(file.path, 'removes an empty table', edit) }
}
