/**
 * `override_path` with a path that has no `/v2`: containerd appends nothing (hosts.go:440-448@v2.3.4), so that it requests
 * `/library/busybox/manifests/…`. A list says with `base` what it means. On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { isManaged } from '../../hosts/directories.ts'
import { findInHosts } from '../by-release.ts'
import { placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const overridePathWithoutApi: Rule<ObservedNode> = {
  code: 'override_path_without_api',
  severity: 'warning',
  part: 'hosts',
  title: '`override_path` is set, and the path has no `/v2`',
  find: observed =>
    findInHosts(observed, (view, { entries }) =>
      entries
        .filter(({ host, path }) => host !== '' && !isManaged(view.directory) && !/\/v2(\/|$)/.test(path))
        .map(({ scheme, host, path, line }) => ({
          ...placeIn(view, line),
          problem: `override_path is set, and the path ${path} has no /v2`,
          consequence: `containerd requests ${path.replace(/\/$/, '')}/<image>/manifests/<tag>, and most registries respond with 404`,
          cure: `write the whole path of the API, such as ${scheme}://${host}/v2${path.replace(/\/$/, '')}, or remove override_path`,
        })),
    ),
}
