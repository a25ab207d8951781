/**
 * An import that sets another config_path: later files win in the merge (cmd/containerd/server/config/config.go:616@v2.3.4).
 * On the real containerd: test/e2e/config-verdicts.spec.ts. Pure.
 */

import type { Release } from '../../../release.ts'
import type { Rule } from '../../../rule.ts'
import { effectiveRegistry, placeOfSetting, valueAt } from '../../config/merge.ts'
import type { Snapshot } from '../../snapshot.ts'
import { findForEach } from '../found-issue.ts'
import type { ObservedNode } from '../observed-node.ts'

export const configPathOverridden: Rule<ObservedNode> = {
  code: 'config_path_overridden',
  severity: 'warning',
  also: { error: 'where the import empties it' },
  part: 'config',
  title: 'an import overrides the `config_path` of config.toml',
  find: ({ snapshot }) => findForEach(snapshot.readers, reader => findOverride(snapshot, reader)),
}

function findOverride({ files }: Snapshot, reader: Release) {
  const [main] = files
  const { configPath, sections } = effectiveRegistry(files, reader)
  const own = sections.find(({ file }) => file === main)
  const written = main && own && valueAt(main, [...own.table, 'config_path'])
  const isSame = configPath === undefined || configPath.file === main || configPath.value === written
  if (main === undefined || isSame || typeof written !== 'string' || written === '') return []
  const place = placeOfSetting(configPath)
  return [
    {
      ...place,
      // With another directory the node may be as its owner means it; with none, no file is read.
      ...(configPath.value === '' && { severity: 'error' as const }),
      problem: `sets config_path to ${JSON.stringify(configPath.value)}, after ${main.path} sets it to ${JSON.stringify(written)}`,
      consequence: `the value of ${main.path} has no effect, so its hosts.toml files are not read`,
      cure: `remove config_path from ${place.file}, then restart containerd`,
    },
  ]
}
