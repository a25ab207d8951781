/** Mirrors of daemon.json do not count where hosts.toml has some for docker.io (daemon/hosts.go:44-52@v28.5.2). Pure. */
import type { Rule } from '../../../rule.ts'
import { formOf } from '../../form.ts'
import { daemonMirrors } from '../../pull/daemon-mirrors.ts'
import { placedRoute } from '../../pull/route.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const mirrorsHidden: Rule<ObservedDocker> = {
  code: 'mirrors_hidden',
  severity: 'warning',
  part: 'hosts',
  title: 'hosts.toml of docker.io hides the mirrors of daemon.json',
  find: ({ snapshot }) => {
    const [first] = daemonMirrors(snapshot)
    if (formOf(snapshot).daemonMirrors || first?.source === undefined) return []
    const { endpoints, lookup } = placedRoute(snapshot, 'docker.io/library/busybox:latest')
    if (endpoints.filter(({ entry }) => entry !== undefined).length < 2) return []
    return [
      {
        ...{ ...first.source, registry: 'docker.io', about: [`${lookup?.path}/hosts.toml`] },
        problem: `${lookup?.path}/hosts.toml names mirrors of docker.io too`,
        consequence: 'Docker ignores registry-mirrors',
        cure: 'move these mirrors into hosts.toml, or remove registry-mirrors',
      },
    ]
  },
}
