/** A hosts.toml that cannot be decoded is logged and ignored (hosts.go loadHostDir@v2.1.3; run on Docker 28.5.2). Pure. */

import { loadHosts } from '../../../hosts-toml/read/load-hosts.ts'
import type { Rule } from '../../../rule.ts'
import { knowsHostsToml } from '../../form.ts'
import { builtInContainerd } from '../../pull/engine-code.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const dockerHostsInvalid: Rule<ObservedDocker> = {
  code: 'docker_hosts_invalid',
  severity: 'error',
  part: 'hosts',
  title: 'Docker cannot read a hosts.toml, or a certificate that it names',
  find: ({ snapshot }) => {
    const { directories, certsDir, release } = snapshot
    if (!knowsHostsToml(release)) return []
    return (directories[certsDir] ?? []).flatMap(directory => {
      if (directory.hosts === undefined) return []
      const place = { ...directory, path: `${certsDir}/${directory.name}` }
      const loaded = loadHosts(place, builtInContainerd(release), 'Docker')
      const fails = 'failure' in loaded
      const issues = fails ? [loaded.failure] : 'ignored' in loaded ? loaded.ignored : []
      return issues.map(({ file, line, column, message, hint }) => ({
        ...(file !== undefined && { file }),
        ...(line !== undefined && { line }),
        ...(column !== undefined && { column }),
        registry: directory.name === '_default' ? '*' : directory.name,
        problem: message,
        consequence: fails ? 'every pull from the registry fails' : 'pulls go to the registry itself',
        cure: hint ?? 'correct it',
      }))
    })
  },
}
