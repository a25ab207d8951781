/**
 * With the containerd store, Docker looks for the CA of a mirror of daemon.json in the directory of the registry
 * (daemon/hosts.go:55-62@v28.5.2; run on 28.5.2). Pure.
 */
import type { Rule } from '../../../rule.ts'
import { formOf } from '../../form.ts'
import { daemonMirrors, hostIn } from '../../pull/daemon-mirrors.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const caDirectory: Rule<ObservedDocker> = {
  code: 'ca_directory',
  severity: 'error',
  part: 'hosts',
  title: 'with the containerd store, the CA of a mirror in daemon.json is in the directory of the mirror',
  find: ({ snapshot }) => {
    const { directories, certsDir } = snapshot
    if (formOf(snapshot).daemonMirrors) return []
    return daemonMirrors(snapshot).flatMap(({ url, source }) => {
      const host = hostIn(url)
      const entries = directories[certsDir]?.find(({ name }) => name === host)?.entries ?? []
      const ca = entries.find(name => name.endsWith('.crt'))
      if (ca === undefined) return []
      return [
        {
          ...{ file: `${certsDir}/${host}/${ca}`, registry: 'docker.io' },
          ...(source && { about: [source.file] }),
          problem: `with the containerd store, Docker reads no CA of the mirror ${host} here`,
          consequence: 'it does not trust the mirror, and pulls go to Docker Hub',
          cure: `name the mirror with its ca in ${certsDir}/docker.io/hosts.toml, and remove it from registry-mirrors`,
        },
      ]
    })
  },
}
