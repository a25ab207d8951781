/**
 * A hosts.toml that is a directory, or a link that leads nowhere. containerd fails every pull with the first ("is a
 * directory"), and ignores the second (loadHostDir, hosts.go:314-326@v2.3.4). On the real containerd:
 * test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { hostsViews } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const hostsNotAFile: Rule<ObservedNode> = {
  code: 'hosts_not_a_file',
  severity: 'error',
  part: 'hosts',
  title: 'hosts.toml is not a regular file',
  find: observed =>
    hostsViews(observed).flatMap(({ file, registry, directory }) => {
      if (directory.hosts !== undefined || !directory.entries.includes('hosts.toml')) return []
      const type = observed.files.get(file)?.facts.type
      const isNothing = type === undefined || type === 'link'
      return [
        {
          ...{ file, registry },
          problem: isNothing
            ? 'this link leads nowhere'
            : `this is ${type === 'directory' ? 'a directory' : 'a special file'}, not a file`,
          consequence: isNothing
            ? 'containerd ignores it and pulls from the registry itself'
            : 'containerd fails every pull from this registry',
          cure: isNothing
            ? 'make the link lead to a file, or remove it'
            : 'replace it with a file, or remove it',
        },
      ]
    }),
}
