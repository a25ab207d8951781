/** The table of rules: those of config.toml, of the daemon, then of certs.d. Pure. */
import type { Rule } from '../../rule.ts'
import { hostsRules } from './hosts-rules.ts'
import type { ObservedNode } from './observed-node.ts'
import { configBom } from './rules/config-bom.ts'
import { configNotRead } from './rules/config-not-read.ts'
import { configPathElsewhere } from './rules/config-path-elsewhere.ts'
import { configPathList } from './rules/config-path-list.ts'
import { configPathOverridden } from './rules/config-path-overridden.ts'
import { configPathUnset } from './rules/config-path-unset.ts'
import { configPathUnusable } from './rules/config-path-unusable.ts'
import { configTableIgnored } from './rules/config-table-ignored.ts'
import { configUnreadable } from './rules/config-unreadable.ts'
import { configVersion } from './rules/config-version.ts'
import { criDisabled } from './rules/cri-disabled.ts'
import { dropInNotImported } from './rules/drop-in-not-imported.ts'
import { dropInReplaces } from './rules/drop-in-replaces.ts'
import { dropInVersion } from './rules/drop-in-version.ts'
import { legacyTables } from './rules/legacy-tables.ts'
import { pluginName } from './rules/plugin-name.ts'
import { proxiedMirror } from './rules/proxied-mirror.ts'
import { registryValue } from './rules/registry-value.ts'
import { restartPending } from './rules/restart-pending.ts'
import { tlsIgnored } from './rules/tls-ignored.ts'
import { transferConfigPath } from './rules/transfer-config-path.ts'

/** They need the merged config, which is not known where containerd cannot read a file. */
const ofMerged: readonly Rule<ObservedNode>[] = [
  ...[configVersion, configTableIgnored, dropInVersion, dropInReplaces, dropInNotImported, pluginName],
  ...[criDisabled, registryValue, legacyTables, tlsIgnored],
  ...[configPathUnset, configPathList, configPathUnusable, configPathElsewhere, configPathOverridden],
  transferConfigPath,
]

const ofConfig: readonly Rule<ObservedNode>[] = [configUnreadable, configBom, ...ofMerged.map(whenParsed)]

function whenParsed(rule: Rule<ObservedNode>): Rule<ObservedNode> {
  return { ...rule, find: node => (node.snapshot.faults.length > 0 ? [] : rule.find(node)) }
}

const ofDaemon: readonly Rule<ObservedNode>[] = [configNotRead, restartPending, proxiedMirror]

export const rules: readonly Rule<ObservedNode>[] = [...ofConfig, ...ofDaemon, ...hostsRules]
