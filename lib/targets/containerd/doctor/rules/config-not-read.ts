/**
 * A config.toml that no running containerd reads: the daemon, or its unit, names another file
 * (cmd/containerd/command/main.go:149@v2.3.4). On the real containerd: test/e2e/doctor.spec.ts. Pure.
 */
import { onOneLine } from '../../../../wording/printable.ts'
import type { Found, Rule } from '../../../rule.ts'
import { DEFAULT_CONFIG } from '../../command-line.ts'
import { templateOf } from '../../config/templates.ts'
import { type Distribution, isDockersOwn } from '../../distribution.ts'
import type { Snapshot } from '../../snapshot.ts'
import type { ObservedNode } from '../observed-node.ts'

export const configNotRead: Rule<ObservedNode> = {
  code: 'config_not_read',
  severity: 'error',
  part: 'daemon',
  title: 'no running containerd reads this config.toml, or its unit names another one',
  find: ({ snapshot, files }) => {
    const { config, daemons, unitConfig } = snapshot
    if (unitConfig !== undefined && unitConfig !== config.path) return [findUnit(unitConfig, config.path)]
    const others = daemons.others.filter(daemon => !isDockersOwn(daemon))
    const [other] = others
    if (daemons.readers.length === 0 && other !== undefined)
      return config.exists ? [findOther(config.path, other, 'error')] : []
    const [reader] = daemons.readers
    const isLeft = config.path !== DEFAULT_CONFIG && files.get(DEFAULT_CONFIG) !== undefined
    return reader !== undefined && isLeft ? [findOther(DEFAULT_CONFIG, reader, 'note')] : []
  },
}

function findUnit(unitConfig: string, file: string): Found {
  const other = onOneLine(unitConfig)
  return {
    file,
    problem: `containerd does not run, and its unit starts it with ${other}`,
    consequence: 'nothing in this file has an effect',
    cure: `edit ${other}, or start containerd with --config ${file}: systemctl edit containerd`,
  }
}

function findOther(
  file: string,
  { pid, config, distribution }: Snapshot['daemons']['readers'][number],
  severity: 'error' | 'note',
): Found {
  const name = distribution === undefined ? 'containerd' : `containerd of ${distribution}`
  return {
    ...{ severity, file },
    problem: `no running containerd reads this file: ${name} (process ${pid}) reads ${onOneLine(config)}`,
    consequence: 'nothing in this file has an effect',
    cure: cureFor(config, distribution),
  }
}

function cureFor(config: string, distribution: Distribution | undefined): string {
  return (distribution && templateOf(distribution)) ?? `edit ${onOneLine(config)} instead`
}
