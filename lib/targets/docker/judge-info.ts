/** Whether what a running dockerd uses is what its daemon.json has. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { formats } from '../../formats/index.ts'
import { stringsIn } from '../../formats/table-values.ts'
import { plural } from '../../wording/plural.ts'
import type { DaemonResponse } from '../daemon.ts'
import { parseRelease } from '../release.ts'
import { INSECURE, MIRRORS } from './daemon-json.ts'
import { formOf } from './form.ts'
import type { DaemonInfo } from './info-values.ts'

/**
 * Only keys of the file are judged: at a reload dockerd keeps its old value of a key that the file does not have
 * (daemon/reload.go:223@v28.5.2), so such a value says nothing about the file.
 */
export function judge(text: string, info: DaemonInfo): DaemonResponse {
  const mirrors = valuesIn(text, MIRRORS)?.map(normalMirror)
  const used = info.mirrors.map(normalMirror)
  const insecure = valuesIn(text, INSECURE)?.map(normalInsecure)
  const usedInsecure = [...info.insecureHosts, ...info.insecureNetworks].map(normalInsecure)
  if (mirrors && JSON.stringify([...new Set(mirrors)]) !== JSON.stringify(used)) return differs(MIRRORS, used)
  if (insecure && !isSameSet(insecure, usedInsecure)) return differs(INSECURE, usedInsecure)
  const kept = [
    ...(mirrors ? [] : keptValue(MIRRORS, used)),
    ...(insecure ? [] : keptValue(INSECURE, usedInsecure)),
  ]
  return { serves: true, usesFile: true, proof: [proofOf(info), ...kept].join('; ') }
}

/** Undefined where the file does not have the key, and so gives dockerd no value. */
function valuesIn(text: string, key: string): readonly string[] | undefined {
  const value = formats.json.valueAt(text, [key])
  return value === undefined ? undefined : stringsIn(value)
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return isDeepStrictEqual(new Set(one), new Set(other))
}

/** What ends it: the key, or a restart. */
function keptValue(key: string, used: readonly string[]): readonly string[] {
  if (used.length === 0) return []
  const cure = `restart Docker, or write "${key}": [] and reload it`
  return [`it keeps ${key} ${used.join(', ')}, which daemon.json does not have: ${cure}`]
}

function proofOf({ version, store, mirrors: { length } }: DaemonInfo): string {
  const name = ['Docker', version].filter(Boolean).join(' ')
  const release = version === undefined ? undefined : parseRelease(version)
  if (length > 0 || formOf({ release, chosen: { store } }).daemonMirrors)
    return `${name} uses ${plural(length, 'mirror', 'mirrors')} of docker.io`
  return `${name} uses daemon.json, which has no mirrors: with the containerd store they are in hosts.toml`
}

function differs(key: string, used: readonly string[]): DaemonResponse {
  const what = used.length === 0 ? 'none' : used.join(', ')
  return {
    serves: false,
    isFinal: false,
    problem: `Docker does not use ${key} of daemon.json; it uses ${what}`,
  }
}

/** ValidateMirror puts one `/` at the end (registry/config.go:300-322@v28.5.2). */
function normalMirror(url: string): string {
  return `${url.replace(/\/+$/, '')}/`
}

/** The scheme is dropped; a network is written by its first address. */
function normalInsecure(entry: string): string {
  return networkOf(entry.replace(/^https?:\/\//i, '').toLowerCase())
}

function networkOf(entry: string): string {
  const [, address, bits] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(entry) ?? []
  if (address === undefined) return entry
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - Number(bits))
  const first = Math.floor(number / size) * size
  const parts = [24, 16, 8, 0].map(shift => Math.floor(first / 2 ** shift) % 256)
  return `${parts.join('.')}/${bits}`
}
