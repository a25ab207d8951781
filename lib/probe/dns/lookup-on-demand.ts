/** Name lookup, loaded with the first name: the hosts of a list may all be addresses. */
import type { NameLookup } from './name-lookup.ts'

/** As openNameLookup. A lookup has not started while it is loaded, so that this counts against no limit. */
export function openLookupOnDemand(env: Readonly<Record<string, string | undefined>>): NameLookup {
  let opened: Promise<NameLookup> | undefined
  return async (name, signal) => {
    opened ??= import('./name-lookup.ts').then(({ openNameLookup }) => openNameLookup(env))
    return await (await opened)(name, signal)
  }
}
