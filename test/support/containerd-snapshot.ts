/** What containerd has on a node that is made of a few files. */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { openReader } from '../../lib/system/reader.ts'
import { containerd } from '../../lib/targets/containerd/containerd.ts'
import { observe } from '../../lib/targets/containerd/observe.ts'
import type { Snapshot } from '../../lib/targets/containerd/snapshot.ts'
import type { EffectiveEndpoint, PullRoute } from '../../lib/targets/pull-route.ts'
import { PLACE } from './lists.ts'

export const CERTS = '/etc/containerd/certs.d'
export const CONFIG = '/etc/containerd/config.toml'

/** A config.toml that every release from 1.6 to 2.3 reads, with that directory set. */
export const CONFIGURED = `version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "${CERTS}"\n`

/** Files by their paths; `version` as in `[targets.containerd]` of a list. */
export async function snapshotOf(
  files: Readonly<Record<string, string>>,
  version: string | undefined,
): Promise<Snapshot> {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-node-'))
  try {
    await writeTree(root, files)
    return await observeTree(root, version)
  } finally {
    await fs.rm(root, { recursive: true, force: true })
  }
}

export async function writeTree(
  root: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<void> {
  for (const [file, content] of Object.entries(files)) {
    await fs.mkdir(path.join(root, path.dirname(file)), { recursive: true })
    await fs.writeFile(path.join(root, file), content)
  }
}

/** What the target sees below a directory, without a machine. */
export async function observeTree(root: string, version: string | undefined): Promise<Snapshot> {
  const state = { version: 1, files: {}, made: [], empty: [] } as const
  const view = { node: openReader(root), state, uid: process.geteuid?.() ?? 0, machine: undefined }
  const settings = containerd.settings.resolve(version === undefined ? {} : { version }, PLACE)
  return await observe(view, [], settings)
}

/** A node whose certs.d has these hosts.toml, by directory. */
export function hostsOn(
  version: string | undefined,
  hosts: Readonly<Record<string, string>>,
): Promise<Snapshot> {
  const files = Object.entries(hosts).map(([name, text]) => [`${CERTS}/${name}/hosts.toml`, text])
  return snapshotOf({ [CONFIG]: CONFIGURED, ...Object.fromEntries(files) }, version)
}

/** A route in a few words: urls in order, each with what is not usual about it. */
export function inWords(route: PullRoute | undefined): readonly string[] {
  if (route === undefined) return ['no route']
  if (route.failure !== undefined) return [`fails: ${route.failure.message}`]
  if (route.unknown !== undefined) return [`unknown: ${route.unknown.message}`]
  return route.endpoints.map(endpointInWords)
}

function endpointInWords(endpoint: EffectiveEndpoint): string {
  const { url, plainUrl, capabilities, skipVerify, ca, client, header, dialTimeout } = endpoint
  const words = [
    plainUrl === undefined ? url : `${url} or ${plainUrl}`,
    ...(capabilities.length === 3 ? [] : [capabilities.join('+')]),
    ...(skipVerify ? ['unverified'] : []),
    ...ca.map(file => `ca ${file}`),
    ...client.map(({ cert, key }) => `client ${cert} ${key ?? ''}`.trimEnd()),
    ...header.map(name => `header ${name}`),
    ...(dialTimeout === undefined ? [] : [`within ${dialTimeout}`]),
  ]
  return words.join(', ')
}
