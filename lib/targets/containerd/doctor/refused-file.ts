/** A hosts.toml that containerd refuses, in words. Pure. */

import type { Refusal } from '../../hosts-toml/read/refusal.ts'
import type { Found } from '../../rule.ts'
import type { HostsView } from './hosts-views.ts'

/** What containerd does with the file. */
export function refusedFile(
  { file, registry }: HostsView,
  refusal: Refusal,
): Pick<Found, 'file' | 'line' | 'column' | 'registry' | 'consequence'> {
  const { line, column, effect } = refusal
  const place = { file, registry, ...(line && { line }), ...(column && { column }) }
  if (effect === 'crash')
    return { ...place, consequence: 'containerd crashes when it pulls from this registry' }
  const ignores = 'containerd ignores the whole file and pulls from the registry itself'
  const doubt = 'containerd may ignore the whole file: regmirror cannot predict it'
  return { ...place, consequence: effect === 'unknown' ? doubt : ignores }
}
