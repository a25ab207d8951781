/**
 * An import with a CRI section replaces that of config.toml on 1.x (`to.Plugins[k] = v`,
 * services/server/config/config.go:290-308@v1.7.24); 2.x merges them. An import that repeats every setting, as the NVIDIA
 * toolkit writes it, loses nothing. On the real containerd: test/e2e/doctor.spec.ts. Pure.
 */
import { isTable } from '../../../../formats/is-table.ts'
import type { Release } from '../../../release.ts'
import type { Rule } from '../../../rule.ts'
import { V1, V2 } from '../../config/config-toml.ts'
import { valueAt } from '../../config/merge.ts'
import type { ParsedConfig } from '../../config/parsed-config.ts'
import { versionFor } from '../../config/plugin-names.ts'
import { findForEach } from '../found-issue.ts'
import type { ObservedNode } from '../observed-node.ts'

export const dropInReplaces: Rule<ObservedNode> = {
  code: 'drop_in_replaces',
  severity: 'error',
  also: { warning: 'where no registry setting is lost' },
  part: 'config',
  title: 'an import replaces the CRI section of config.toml, and lacks some of its settings (1.x)',
  find: ({ snapshot: { files, readers } }) => findForEach(readers, reader => findLost(files, reader)),
}

function findLost(files: readonly ParsedConfig[], reader: Release) {
  const [main, ...imports] = files
  if (main === undefined || reader.major >= 2) return []
  const plugin = (versionFor(main, files, reader) === 1 ? V1 : V2).slice(0, -1)
  const last = imports.findLast(file => valueAt(file, plugin) !== undefined)
  const lost = last === undefined ? [] : lostKeys(valueAt(main, plugin), valueAt(last, plugin))
  if (last === undefined || lost.length === 0) return []
  const hasMirrors = lost.some(key => key.startsWith('registry'))
  const shown =
    lost.slice(0, SHOWN).join(', ') + (lost.length > SHOWN ? ` and ${lost.length - SHOWN} more` : '')
  return [
    {
      ...{ file: last.path, line: 1 },
      severity: hasMirrors ? ('error' as const) : ('warning' as const),
      problem: `replaces the whole CRI section of ${main.path}`,
      consequence: `containerd 1.x loses its ${shown}`,
      cure: `move the settings of this file into ${main.path}, remove it, then restart containerd`,
    },
  ]
}

const SHOWN = 3

/** Keys, with dots between them, of settings that the second table does not have. Empty values are defaults. */
function lostKeys(from: unknown, to: unknown, above = ''): readonly string[] {
  if (!isTable(from)) return []
  return Object.entries(from).flatMap(([key, value]) => {
    const name = above === '' ? key : `${above}.${key}`
    const there = isTable(to) && Object.hasOwn(to, key) ? to[key] : undefined
    if (isTable(value)) return lostKeys(value, there, name)
    return there === undefined && value !== '' ? [name] : []
  })
}
