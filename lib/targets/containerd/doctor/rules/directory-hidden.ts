/**
 * A registry directory in the second directory of config_path: every name, `_default` too, is looked up in the first one
 * before (hostDirFromRoots, image_pull.go:479-509@v2.3.4). On the real containerd: test/e2e/endpoints-cri.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { type HostsView, hostsViews } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const directoryHidden: Rule<ObservedNode> = {
  code: 'directory_hidden',
  severity: 'error',
  part: 'hosts',
  title: 'a directory before it in `config_path` has the same registry, or `_default`',
  find: observed => {
    const { currentDirs } = observed.snapshot
    const views = hostsViews(observed)
    return views.flatMap(hidden => {
      const earlier = currentDirs.slice(0, Math.max(currentDirs.indexOf(hidden.root), 0))
      const before = views.find(view => earlier.includes(view.root) && hides(view, hidden))
      if (before === undefined || hidden.text === undefined || hidden.text === before.text) return []
      return [
        {
          ...{ file: hidden.file, registry: hidden.registry },
          problem: `${before.directory.path} comes first in config_path`,
          consequence: 'containerd never reads this file',
          cure: `move it to ${before.root}/${hidden.directory.name}`,
        },
      ]
    })
  },
}

function hides(view: HostsView, hidden: HostsView): boolean {
  return view.registry === hidden.registry || view.registry === '*'
}
