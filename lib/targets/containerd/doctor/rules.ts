/** The table of rules: those of config.toml, of the daemon, then of certs.d. Pure. */
import type { Rule } from '../../rule.ts'
import { configBom } from './config-bom.ts'
import { configNotRead } from './config-not-read.ts'
import { configPathElsewhere } from './config-path-elsewhere.ts'
import { configPathList } from './config-path-list.ts'
import { configPathOverridden } from './config-path-overridden.ts'
import { configPathUnset } from './config-path-unset.ts'
import { configPathUnusable } from './config-path-unusable.ts'
import { configTableIgnored } from './config-table-ignored.ts'
import { configUnreadable } from './config-unreadable.ts'
import { configVersion } from './config-version.ts'
import { criDisabled } from './cri-disabled.ts'
import { dropInNotImported } from './drop-in-not-imported.ts'
import { dropInReplaces } from './drop-in-replaces.ts'
import { dropInVersion } from './drop-in-version.ts'
import { hostsRules } from './hosts-rules.ts'
import { legacyTables } from './legacy-tables.ts'
import type { ObservedNode } from './observed-node.ts'
import { pluginName } from './plugin-name.ts'
import { proxiedMirror } from './proxied-mirror.ts'
import { registryValue } from './registry-value.ts'
import { restartPending } from './restart-pending.ts'
import { tlsIgnored } from './tls-ignored.ts'
import { transferConfigPath } from './transfer-config-path.ts'

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
