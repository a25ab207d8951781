/**
 * All that a test puts around a containerd: a node, its daemon, loopback registries, and the world outside.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { PlanReport } from '../../../lib/model/report.ts'
import { buildImage, type Image } from '../../support/image.ts'
import { type LoopbackRegistry, type RegistryOptions, startRegistry } from '../../support/registry.ts'
import { run } from '../../support/run.ts'
import { type Daemon, makeNode, startContainerd } from './containerd.ts'
import { type LoggingProxy, startLoggingProxy } from './logging-proxy.ts'
import { containerdVersion, defaultConfig } from './runtimes.ts'

/** Where the certificates are that a list may name. */
export const TLS = path.resolve(import.meta.dirname, '../../../fixtures/tls')

export interface Bench {
  /** Where the runtime is unpacked. */
  readonly tree: string
  /** `1.7.24`, from the binary. */
  readonly version: string
  /** The node's root directory. */
  readonly node: string
  readonly hostsDir: string
  readonly outside: LoggingProxy
  /** Writes a list of these registries for this version of containerd, and applies it. */
  apply(registries: string): Promise<PlanReport>
  /** Applies a list file as it is. */
  applyFile(file: string): Promise<PlanReport>
  /** Starts a registry that ends with the bench. */
  registry(options?: RegistryOptions): Promise<LoopbackRegistry>
  /** Starts the daemon; it ends with the bench. */
  start(): Promise<Daemon>
  close(): Promise<void>
}

/** Makes a node that has this containerd with its own default config.toml, and nothing of ours yet. */
export async function openBench(tree: string): Promise<Bench> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-e2e-'))
  const node = await makeNode(home)
  const etc = path.join(node, 'etc/containerd')
  await fs.writeFile(path.join(etc, 'config.toml'), defaultConfig(tree))
  const version = containerdVersion(tree)
  const outside = await startLoggingProxy()
  const closers: (() => Promise<void>)[] = [() => fs.rm(home, { recursive: true }), outside.close]
  const closing = <T>(what: T, close: () => Promise<void>): T => {
    closers.push(close)
    return what
  }
  return {
    ...{ tree, version, node, outside, hostsDir: path.join(etc, 'certs.d') },
    apply: async registries => {
      const list = path.join(home, 'mirrors.toml')
      await fs.writeFile(list, listText(version, registries))
      return await applyFile(list, node)
    },
    applyFile: list => applyFile(list, node),
    registry: async options => {
      const registry = await startRegistry(options)
      return closing(registry, registry.close)
    },
    start: async () => {
      const daemon = await startContainerd(tree, node, outside.env)
      return closing(daemon, daemon.stop)
    },
    // The last that was opened goes first: the daemon before the directory it runs in.
    close: async () => {
      for (const close of closers.splice(0).reverse()) await close()
    },
  }
}

function listText(version: string, registries: string): string {
  return `version = 1\n${registries}\n[targets.containerd]\nversion = "${version}"\n`
}

async function applyFile(file: string, node: string): Promise<PlanReport> {
  const { code, stdout, stderr } = await run([
    ...['apply', '-f', file, '--root', node, '--format', 'json', '--allow-files-from', TLS],
  ])
  assert.equal(code, 0, stdout + stderr)
  return JSON.parse(stdout)
}

/** A registry's table for a list: mirrors as urls or as inline tables, other keys one a line. */
export function registryTable(name: string, mirrors: readonly string[], more = ''): string {
  const entries = mirrors.map(mirror => (mirror.startsWith('{') ? mirror : `"${mirror}"`))
  return `[registries."${name}"]\nmirrors = [${entries.join(', ')}]\n${more}\n`
}

/** The four requests that pull such an image from an API base: tag, manifest, config, layer. */
export function pullOf(image: Image, ns: string, base = '/v2'): readonly string[] {
  const [config, layer] = image.blobs
  const at = `${base}/${image.repository}`
  const parts = [
    `HEAD ${at}/manifests/${image.tag}`,
    `GET ${at}/manifests/${image.manifest.digest}`,
    `GET ${at}/blobs/${config?.digest}`,
    `GET ${at}/blobs/${layer?.digest}`,
  ]
  return parts.map(part => `${part} ns=${ns}`)
}

/** What a registry was asked, in the words of `pullOf`. */
export function asked(registry: LoopbackRegistry): readonly string[] {
  return registry.requests.map(({ method, path, ns }) => `${method} ${path} ns=${ns}`)
}

let made = 0

/** An image that no daemon has seen: pulling it asks for every part of it. */
export function newImage(repository = 'team/app'): Image {
  made += 1
  return buildImage(repository, `t${made}`, `image ${made}\n`)
}
