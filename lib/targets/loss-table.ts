/**
 * What of a list a runtime can express: its row of the mapping table, as data. The core compares the list with it, leaves
 * out what is impossible, and reports every loss; docs/targets.md has all tables side by side.
 */
import type { LossSubject } from '../model/list-loss.ts'

/** Why a feature is lost. */
export interface Lost {
  readonly loss: 'lossy' | 'impossible'
  /** Completes a sentence that starts with the title of the target: `cannot send headers to a mirror`. */
  readonly problem: string
  /** What regmirror does, or what pulls do: `pulls go to the mirror without them`. */
  readonly consequence: string
}

export type Fidelity = 'lossless' | Lost

/** One column of the mapping table. */
export interface LossTable {
  /** `Docker with the graph driver store`; the title of the target where it has one table only. */
  readonly title: string
  readonly features: Readonly<Record<Feature, Fidelity>>
}

/** What a list can say. Each is one row of the table. */
export type Feature = keyof typeof FEATURES

interface FeatureAbout {
  /** For the table of the docs. */
  readonly label: string
  readonly subject: LossSubject
  /** What is left out where it is impossible. `key`: only that key. */
  readonly drops: 'registry' | 'mirror' | 'key'
}

export const FEATURES = {
  registry_docker_hub: { label: 'registry `docker.io`', subject: 'registry', drops: 'registry' },
  registry_other: { label: 'another registry', subject: 'registry', drops: 'registry' },
  registry_any: { label: 'registry `*`', subject: 'registry', drops: 'registry' },
  server_other: { label: '`server` at another URL', subject: 'fallback', drops: 'key' },
  no_fallback: { label: '`fallback = false`', subject: 'fallback', drops: 'key' },
  path_prefix: { label: 'mirror at `/v2/P`', subject: 'path', drops: 'mirror' },
  path_mounted: { label: 'mirror at `/P/v2`', subject: 'path', drops: 'mirror' },
  path_exact: { label: 'mirror at another path', subject: 'path', drops: 'mirror' },
  pull_only: { label: '`capabilities = ["pull"]`', subject: 'capabilities', drops: 'mirror' },
  resolve_only: { label: '`capabilities = ["resolve"]`', subject: 'capabilities', drops: 'mirror' },
  push: { label: '`capabilities` with `"push"`', subject: 'capabilities', drops: 'key' },
  http: { label: 'mirror over `http://`', subject: 'tls', drops: 'mirror' },
  skip_verify: { label: '`skip_verify`', subject: 'tls', drops: 'key' },
  ca: { label: '`ca`', subject: 'tls', drops: 'key' },
  client: { label: '`client`', subject: 'tls', drops: 'key' },
  shared_host_tls: {
    label: 'one host with different TLS settings',
    subject: 'tls',
    drops: 'key',
  },
  header: { label: '`header`', subject: 'credentials', drops: 'key' },
  login: { label: '`header` with `Authorization: Basic`', subject: 'credentials', drops: 'key' },
  dial_timeout: { label: '`dial_timeout`', subject: 'timeout', drops: 'key' },
  server_tls: { label: '`ca`, `client`, `skip_verify` of a server', subject: 'tls', drops: 'key' },
  server_http: { label: '`server` over `http://`', subject: 'tls', drops: 'key' },
  server_header: { label: '`header` of a server', subject: 'credentials', drops: 'key' },
} as const satisfies Readonly<Record<string, FeatureAbout>>

/** What is impossible about one of these is an error: the node would do what the list forbids. */
export const STRICT_SUBJECTS: readonly LossSubject[] = ['fallback', 'tls', 'credentials']

const all = Object.keys(FEATURES) as readonly Feature[]

/** Every feature is lossless but these. */
export function lossTable(title: string, lost: Readonly<Partial<Record<Feature, Lost>>>): LossTable {
  const features = Object.fromEntries(all.map(feature => [feature, lost[feature] ?? 'lossless'] as const))
  return { title, features: features as Record<Feature, Fidelity> }
}

/** For the tables of the targets. */
export function lossy(problem: string, consequence: string): Lost {
  return { loss: 'lossy', problem, consequence }
}

export function impossible(problem: string, consequence: string): Lost {
  return { loss: 'impossible', problem, consequence }
}
