/**
 * A registry directory with a TOML file of another name and no hosts.toml: containerd opens only hosts.toml (loadHostDir,
 * hosts.go:314@v2.3.4). On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { hostsViews } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

/** `host.toml`, `Hosts.toml`, `hosts.toml.j2`, `hosts.conf`; a copy such as `hosts.toml.bak` was set aside on purpose. */
const MEANT = /\.toml(\.(j2|tmpl|tpl|template))?$|^hosts?(\.(tml|conf|yaml|yml|json|txt))?$/i

export const fileNameWrong: Rule<ObservedNode> = {
  code: 'file_name_wrong',
  severity: 'error',
  part: 'hosts',
  title: 'a registry directory has no hosts.toml, but a file of a similar name',
  find: observed =>
    hostsViews(observed).flatMap(({ directory, registry, file }) => {
      const meant = directory.entries.find(name => MEANT.test(name))
      if (directory.entries.includes('hosts.toml') || meant === undefined) return []
      const at = `${directory.path}/${meant}`
      return [
        {
          ...{ file: at, registry, problem: 'the file is not named hosts.toml' },
          consequence: 'containerd reads only hosts.toml, so it uses no mirror of this file',
          cure: `rename it: mv ${at} ${file}`,
        },
      ]
    }),
}
