/** dockerd uses the daemon.json that it read at its start or its last reload (daemon/reload.go@v28.5.2). Pure. */
import type { Rule } from '../../../rule.ts'
import { judge } from '../../judge-info.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const reloadPending: Rule<ObservedDocker> = {
  code: 'reload_pending',
  severity: 'warning',
  part: 'daemon',
  title: 'dockerd does not use the mirrors or the insecure registries of daemon.json',
  find: ({ snapshot: { info, json, daemons, config, rootless } }) => {
    const hasFlags = (daemons.readers[0]?.flags.registries.length ?? 0) > 0
    if (info === undefined || json === undefined || hasFlags) return []
    const found = judge(json.text, info)
    if (found.serves) return []
    return [
      {
        file: config.path,
        problem: found.problem,
        consequence: 'pulls use what Docker read before',
        cure: `reload Docker: systemctl ${rootless ? '--user ' : ''}reload docker; it keeps the old value of a key that is removed, so write [] there first`,
      },
    ]
  },
}
