/**
 * With the containerd store, all mirrors of daemon.json and the registry share one client: one host that is not verified
 * turns off the verification of all (daemon/hosts.go:55-88@v28.5.2; run on 28.5.2). Pure.
 */
import type { Rule } from '../../../rule.ts'
import { formOf } from '../../form.ts'
import { insecureEntries, isInsecure } from '../../insecure.ts'
import { daemonMirrors, hostIn } from '../../pull/daemon-mirrors.ts'
import { placedRoute } from '../../pull/route.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const sharedVerification: Rule<ObservedDocker> = {
  code: 'shared_verification',
  severity: 'error',
  part: 'config',
  title: 'with the containerd store, a mirror that is not verified turns off verification for Docker Hub',
  find: ({ snapshot }) => {
    if (formOf(snapshot).daemonMirrors) return []
    const entries = insecureEntries(snapshot)
    const open = daemonMirrors(snapshot).find(({ url }) => isInsecure(hostIn(url), entries))
    const route = placedRoute(snapshot, 'docker.io/library/busybox:latest')
    const server = route.endpoints.at(-1)?.endpoint
    if (open === undefined || server?.skipVerify !== true) return []
    return [
      {
        ...{ file: snapshot.config.path, registry: 'docker.io', ...open.source },
        problem: `Docker does not verify ${hostIn(open.url)}, and with the containerd store it then verifies neither Docker Hub nor any other mirror`,
        consequence: 'anyone on the network path can change images of docker.io',
        cure: 'write the mirrors into hosts.toml: regmirror apply, with [targets.docker] in the list',
      },
    ]
  },
}
