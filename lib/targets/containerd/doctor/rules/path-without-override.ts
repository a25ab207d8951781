/**
 * A path in the address of a host without `override_path`: containerd appends `/v2` to it (hosts.go:440-448@v2.3.4), so
 * that a project of Harbor is requested as `/v2/project/v2/…` (containerd #5518, #6634). A list says with `base` what it means. On the real containerd:
 * test/e2e/doctor-hosts.spec.ts. Pure.
 */

import type { PlacedHost } from '../../../hosts-toml/read/hosts-file.ts'
import type { Found, Rule } from '../../../rule.ts'
import { isManaged } from '../../hosts/directories.ts'
import { findInHosts } from '../by-release.ts'
import { type HostsView, placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'
import { hasOtherScheme } from './host-address-invalid.ts'

export const pathWithoutOverride: Rule<ObservedNode> = {
  code: 'path_without_override',
  severity: 'error',
  also: { note: 'where the path has no `/v2`' },
  part: 'hosts',
  title: 'an address with a path has no `override_path`',
  find: observed =>
    findInHosts(observed, (view, { entries }) =>
      isManaged(view.directory)
        ? []
        : entries.flatMap((entry, i) => findAt(entry, i === entries.length - 1, view)),
    ),
}

function findAt(entry: PlacedHost, isServer: boolean, view: HostsView): readonly Found[] {
  const { path, scheme, host, line } = entry
  const prefix = /^(\/.+)\/v2$/.exec(path)?.[1]
  if (prefix === undefined || hasOtherScheme(entry)) return []
  const origin = `${scheme}://${host}`
  const written = (url: string) => (isServer ? `server = "${url}"` : `[host."${url}"]`)
  const consequence = `containerd requests ${path}/<image>/manifests/<tag>`
  if (!/\/v2(\/|$)/.test(prefix)) {
    const problem = `the path ${prefix} stands before /v2`
    const cure = `if the mirror expects /v2${prefix}/<image>, write ${written(`${origin}/v2${prefix}`)} with override_path = true`
    return [{ ...placeIn(view, line), severity: 'note', problem, consequence, cure }]
  }
  return [
    {
      ...placeIn(view, line),
      problem: `the path ${prefix} has /v2 already, and override_path is not set`,
      consequence: `${consequence}, and most registries respond with 404`,
      cure: `add override_path = true below ${written(origin + prefix)}`,
    },
  ]
}
