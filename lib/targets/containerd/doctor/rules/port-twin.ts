/**
 * Two directories for one registry with a port: `host_port_` is looked up before `host:port` (hostPaths,
 * config_unix.go:25-36@v2.3.4). On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { type HostsView, hostsViews } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const portTwin: Rule<ObservedNode> = {
  code: 'port_twin',
  severity: 'error',
  also: { note: 'where both have the same hosts.toml' },
  part: 'hosts',
  title: 'a registry with a port has two directories',
  find: observed => {
    const views = hostsViews(observed)
    return views.flatMap(hidden => {
      const twin = views.find(view => isTwin(view, hidden))
      if (twin === undefined) return []
      const isSame = twin.text === hidden.text
      return [
        {
          ...{ file: hidden.directory.path, registry: hidden.registry },
          ...(isSame && { severity: 'note' as const }),
          problem: `${hidden.registry} has a second directory, ${twin.directory.name}`,
          consequence: `containerd reads only ${twin.directory.path}`,
          cure: `merge them, and remove ${twin.directory.path}`,
        },
      ]
    })
  },
}

/** Whether another finding says to remove the directory of this file. */
export function isSecond(view: HostsView, observed: ObservedNode): boolean {
  return hostsViews(observed).some(hidden => isTwin(view, hidden))
}

function isTwin(view: HostsView, hidden: HostsView): boolean {
  const isSame = view.root === hidden.root && view.registry === hidden.registry
  return isSame && view !== hidden && hidden.directory.name === hidden.registry
}
