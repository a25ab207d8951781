/** Mirrors of one registry without those that repeat an endpoint. Pure. */
import { isRefused } from '../model/refused.ts'
import { baseUrl } from '../model/registry.ts'
import type { MirrorEntry } from './endpoint-entries.ts'

/** The first of several mirrors with the same endpoint counts: a table that stands twice makes hosts.toml invalid. */
export function distinctMirrors(entries: readonly MirrorEntry[]): readonly MirrorEntry[] {
  if (entries.length < 2) return entries
  const seen = new Set<string>()
  return entries.filter(({ written, base }) => {
    const url = base === undefined || isRefused(base) ? written.url : baseUrl(base)
    const isFirst = !seen.has(url)
    seen.add(url)
    return isFirst
  })
}
