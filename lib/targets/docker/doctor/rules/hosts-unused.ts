/** Only Docker 28 and later reads hosts.toml; with the graph driver store only `docker build` does (daemon/hosts.go@v28.0.0). Pure. */
import { hasBanner } from '../../../../ownership/banner.ts'
import type { Rule } from '../../../rule.ts'
import { formOf } from '../../form.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const hostsUnused: Rule<ObservedDocker> = {
  code: 'hosts_unused',
  severity: 'warning',
  part: 'hosts',
  title: '`docker pull` does not read hosts.toml with this release or image store',
  find: ({ snapshot }) => {
    const { directories, certsDir, chosen, release } = snapshot
    const { daemonMirrors, hostsToml } = formOf(snapshot)
    if (!daemonMirrors || chosen === undefined) return []
    const who = hostsToml
      ? 'docker pull does not read hosts.toml with the graphdriver store'
      : `Docker ${release?.name ?? ''} does not read hosts.toml`
    const foreign = (directories[certsDir] ?? []).filter(({ hosts }) => hosts && !hasBanner(hosts.bytes))
    return foreign.map(({ name }) => ({
      ...{ file: `${certsDir}/${name}/hosts.toml`, registry: name === '_default' ? '*' : name },
      problem: who,
      consequence: 'pulls go to the registry itself',
      cure:
        name === 'docker.io'
          ? 'write the mirrors into registry-mirrors of daemon.json'
          : 'use the containerd image store of Docker 28 or later: "features": {"containerd-snapshotter": true} in daemon.json',
    }))
  },
}
