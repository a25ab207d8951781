/** dockerd uses the daemon.json that it read at its start or its last reload (daemon/reload.go@v28.5.2). Pure. */
import { activationCommand } from '../../../activation-command.ts'
import type { Rule } from '../../../rule.ts'
import { dockerActivate } from '../../activate.ts'
import { type DaemonJson, INSECURE, MIRRORS } from '../../daemon-json.ts'
import { findDaemon } from '../../daemon-state.ts'
import type { DaemonInfo } from '../../info-values.ts'
import { judge } from '../../judge-info.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const reloadPending: Rule<ObservedDocker> = {
  code: 'reload_pending',
  severity: 'warning',
  part: 'daemon',
  title: 'dockerd does not use the mirrors or the insecure registries of daemon.json',
  find: ({ snapshot }) => {
    const { info, json, daemons, config, rootless } = snapshot
    const hasFlags = (daemons.readers[0]?.flags.registries.length ?? 0) > 0
    if (info === undefined || json === undefined || hasFlags) return []
    // A key that is gone is one without a value here: what Docker keeps of it is no longer in the file.
    const { [MIRRORS]: mirrors = [], [INSECURE]: insecure = [] } = json.value
    const found = judge(JSON.stringify({ [MIRRORS]: mirrors, [INSECURE]: insecure }), info)
    if (found.serves) return []
    return [
      {
        file: config.path,
        problem: found.problem,
        consequence: 'pulls use what Docker read before',
        cure: [
          `reload Docker: ${activationCommand('reload', dockerActivate, findDaemon(snapshot), rootless)}`,
          ...keptKeys(json, info).map(
            key => `it keeps the old value of a key that is removed, so write "${key}": [] first`,
          ),
        ].join('; '),
      },
    ]
  },
}

/** Keys that daemon.json does not have, and of which the daemon has a value. */
function keptKeys({ value }: DaemonJson, info: DaemonInfo): readonly string[] {
  const used: Readonly<Record<string, readonly string[]>> = {
    [MIRRORS]: info.mirrors,
    [INSECURE]: [...info.insecureHosts, ...info.insecureNetworks],
  }
  return Object.keys(used).filter(key => value[key] === undefined && (used[key]?.length ?? 0) > 0)
}
