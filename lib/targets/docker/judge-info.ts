/** Whether what a running dockerd uses is what its daemon.json has. Pure. */
import { formats } from '../../formats/index.ts'
import { stringsIn } from '../../formats/table-values.ts'
import { plural } from '../../wording/plural.ts'
import type { DaemonResponse } from '../daemon.ts'
import { parseRelease } from '../release.ts'
import { INSECURE, MIRRORS } from './daemon-json.ts'
import { formOf } from './form.ts'
import type { DaemonInfo } from './info-values.ts'

/** A key that the file does not have is no difference from a daemon without a value for it. */
export function judge(text: string, info: DaemonInfo): DaemonResponse {
  const mirrors = stringsIn(formats.json.valueAt(text, [MIRRORS])).map(normalMirror)
  const used = info.mirrors.map(normalMirror)
  const insecure = new Set(stringsIn(formats.json.valueAt(text, [INSECURE])).map(normalInsecure))
  const usedInsecure = new Set([...info.insecureHosts, ...info.insecureNetworks].map(normalInsecure))
  const missing = [...insecure].filter(one => !usedInsecure.has(one))
  const extra = [...usedInsecure].filter(one => !insecure.has(one))
  if (JSON.stringify([...new Set(mirrors)]) !== JSON.stringify(used)) return differs(MIRRORS, used)
  if (missing.length + extra.length > 0) return differs(INSECURE, [...usedInsecure])
  return { serves: true, usesFile: true, proof: proofOf(info) }
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
