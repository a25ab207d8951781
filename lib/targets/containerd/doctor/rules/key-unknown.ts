/**
 * A key that containerd does not know: it ignores it without a message (hostFileConfig, hosts.go:338-378@v2.3.4). On the
 * real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import { nearest } from '../../../../wording/typos.ts'
import { HOST_KEYS, isCredentialKey, ROOT_KEYS } from '../../../hosts-toml/read/hosts-keys.ts'
import type { Release } from '../../../release.ts'
import type { Found, Rule } from '../../../rule.ts'
import { writerOf } from '../../other-writers.ts'
import { findInHosts } from '../by-release.ts'
import { type HostsView, placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'
import type { WrittenKey } from '../written-keys.ts'

export const keyUnknown: Rule<ObservedNode> = {
  code: 'key_unknown',
  severity: 'warning',
  part: 'hosts',
  title: 'a hosts.toml has a key that containerd does not know',
  find: observed =>
    findInHosts(observed, (view, _, release) =>
      view.keys
        .filter(key => !isKnown(key, release) && !isCredentialKey(key.name) && !isOfWriter(key, view))
        .map(key => findingOf(key, view)),
    ),
}

/** 2.x reads a key in any case, 1.x as it is or in capitals. */
function isKnown({ name, host }: WrittenKey, { major }: Release): boolean {
  const known = host === undefined ? ROOT_KEYS : HOST_KEYS
  return known.some(
    key => name === key || name === key.toUpperCase() || (major > 1 && name.toLowerCase() === key),
  )
}

/** The containerd of k3s and RKE2 is patched: it knows `rewrite`. */
function isOfWriter({ name, host }: WrittenKey, { file, text = '' }: HostsView): boolean {
  const writer = writerOf(file, text)?.name ?? ''
  return name === 'rewrite' && host !== undefined && ['k3s', 'rke2'].includes(writer)
}

function findingOf(key: WrittenKey, view: HostsView): Found {
  return {
    ...placeIn(view, key.line),
    problem: `unknown key ${key.name}`,
    consequence: 'containerd ignores it without a message',
    cure: cureFor(key),
  }
}

function cureFor({ name, host }: WrittenKey): string {
  if (host !== undefined && name.toLowerCase() === 'server')
    return `it belongs to [host."${host}"] here: move it above the first [host."…"] table`
  const meant = nearest(name, host === undefined ? ROOT_KEYS : HOST_KEYS)
  return meant === undefined ? 'remove it' : `write ${meant}`
}
