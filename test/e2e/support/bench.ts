/**
 * Everything around a containerd under test: a node, its daemon, loopback registries, and a proxy for all other requests.
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

/** The directory of certificates that a list may name. */
export const TLS = path.resolve(import.meta.dirname, '../../../fixtures/tls')

export interface Bench {
  /** The directory of the unpacked runtime. */
  readonly tree: string
  /** `1.7.24`, from the binary. */
  readonly version: string
  /** The node's root directory. */
  readonly node: string
  readonly hostsDir: string
  readonly proxy: LoggingProxy
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

/** Makes a node with this containerd and its default config.toml, without files of regmirror. */
export async function openBench(tree: string): Promise<Bench> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-e2e-'))
  const node = await makeNode(home)
  const etc = path.join(node, 'etc/containerd')
  await fs.writeFile(path.join(etc, 'config.toml'), defaultConfig(tree))
  const version = containerdVersion(tree)
  const proxy = await startLoggingProxy()
  const closers: (() => Promise<void>)[] = [() => fs.rm(home, { recursive: true }), proxy.close]
  const closing = <T>(resource: T, close: () => Promise<void>): T => {
    closers.push(close)
    return resource
  }
  return {
    ...{ tree, version, node, proxy, hostsDir: path.join(etc, 'certs.d') },
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
      const daemon = await startContainerd(tree, node, proxy.env)
      return closing(daemon, daemon.stop)
    },
    // In reverse order: the daemon before its directory.
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

/** The table of a registry for a list: mirrors as URLs or inline tables, other keys in `more`. */
export function registryTable(name: string, mirrors: readonly string[], more = ''): string {
  const entries = mirrors.map(mirror => (mirror.startsWith('{') ? mirror : `"${mirror}"`))
  return `[registries."${name}"]\nmirrors = [${entries.join(', ')}]\n${more}\n`
}

/** The four requests of a pull: tag, manifest, config, layer. */
export function pullRequests(image: Image, ns: string, base = '/v2'): readonly string[] {
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

/** The requests that a registry got, in the format of `pullRequests`. */
export function listRequests(registry: LoopbackRegistry): readonly string[] {
  return registry.requests.map(({ method, path, ns }) => `${method} ${path} ns=${ns}`)
}

let made = 0

/** A new image, so that a pull requests every part of it. */
export function newImage(repository = 'team/app'): Image {
  made += 1
  return buildImage(repository, `t${made}`, `image ${made}\n`)
}
