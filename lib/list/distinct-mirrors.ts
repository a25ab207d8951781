/** Mirrors of one registry without those that repeat an endpoint. Pure. */
import { isRefused } from '../model/refused.ts'
import { baseUrl } from '../model/registry.ts'
import { parseMirrorBase } from './values/api-base.ts'
import type { MirrorEntry } from './written.ts'

/** The first of several mirrors with the same endpoint counts: a table that stands twice makes hosts.toml invalid. */
export function distinctMirrors(entries: readonly MirrorEntry[]): readonly MirrorEntry[] {
  if (entries.length < 2) return entries
  const seen = new Set<string>()
  return entries.filter(({ mirror }) => {
    const base = parseMirrorBase(mirror)
    const url = isRefused(base) ? mirror.url : baseUrl(base)
    const isFirst = !seen.has(url)
    seen.add(url)
    return isFirst
  })
}
