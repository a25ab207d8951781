/**
 * A path in the URL of a mirror stopped dockerd before 24.0.8 (registry/config.go:308-325@v20.10.24); the graph driver store
 * puts /v2 behind any path (registry/auth.go:183@v28.5.2). On the real Docker: test/e2e/docker.spec.ts. Pure.
 */
import { locateJson } from '../../../../formats/json/locate.ts'
import { stringsIn } from '../../../../formats/table-values.ts'
import { atLeast } from '../../../release.ts'
import type { Found, Rule } from '../../../rule.ts'
import { MIRRORS } from '../../daemon-json.ts'
import { formOf } from '../../form.ts'
import type { DockerSnapshot } from '../../snapshot.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const mirrorPath: Rule<ObservedDocker> = {
  code: 'mirror_path',
  severity: 'error',
  part: 'config',
  title: 'a mirror in daemon.json has a path that this Docker refuses, or puts before another `/v2`',
  find: ({ snapshot }) => {
    const { config, json } = snapshot
    return stringsIn(json?.value[MIRRORS]).flatMap((url, i) => {
      const path = /^https?:\/\/[^/]+(\/[^?#]*?)\/*$/i.exec(url)?.[1] ?? ''
      const found = path === '' ? undefined : faultOf(path, snapshot)
      return found ? [{ file: config.path, ...locateJson(json?.text ?? '', [MIRRORS, i]), ...found }] : []
    })
  },
}

function faultOf(
  path: string,
  snapshot: DockerSnapshot,
): Pick<Found, 'problem' | 'consequence' | 'cure'> | undefined {
  const { release } = snapshot
  if (release !== undefined && !atLeast(release, '24.0.8'))
    return {
      problem: `Docker ${release.name} accepts no path in the URL of a mirror`,
      consequence: 'dockerd does not start, and refuses a reload',
      cure: 'update to Docker 24.0.8 or later, or use a mirror without a path',
    }
  if (!/\/v2$/.test(path) || !formOf(snapshot).daemonMirrors) return undefined
  return {
    problem: 'Docker puts /v2 behind the path of this mirror, which ends in /v2 already',
    consequence: 'the mirror responds with 404, and pulls go to Docker Hub',
    cure: `remove /v2 from the end of the URL`,
  }
}
