/** Asserts that a node uses the endpoints of its list. It reads the node by containerd's rules, and the list as it is written. */
import assert from 'node:assert/strict'
import path from 'node:path'
import type { WrittenList } from '../../lib/list/written.ts'
import type { Reader } from '../../lib/system/reader.ts'
import { readWritten, type WrittenContainerd } from '../../lib/targets/containerd/settings.ts'
import { ENV, TLS } from './arbitrary/lists.ts'
import { effectiveTable, parseConfig, WAYS } from './containerd-config.ts'
import { type Endpoint, findHostsDirectory, readEndpoints } from './containerd-hosts.ts'
import type { Major } from './containerd-order.ts'
import { expectedEndpoints, registryName } from './expected-endpoints.ts'

const REFERENCES = { env: ENV, files: TLS }
const UNLISTED = 'unlisted.test'

/** `[targets.containerd]` as it is written, with normalized paths. */
export function containerdSettings(list: WrittenList): WrittenContainerd & { readonly main: string } {
  const settings = readWritten(list.targets?.containerd ?? {})
  const normalize = (file: string) => path.posix.normalize(file).replace(/\/$/, '')
  const { config = '/etc/containerd/config.toml', hosts_dir } = settings
  const main = config === false ? '/etc/containerd/config.toml' : normalize(config)
  return { ...settings, main, ...(hosts_dir !== undefined && { hosts_dir: normalize(hosts_dir) }) }
}

/** The directory that config_path must name: that of the list, or of the node, or of the files in `changed`. */
export async function findHostsDir(
  node: Reader,
  list: WrittenList,
  changed: readonly string[],
): Promise<string> {
  const { main, version, config, hosts_dir } = containerdSettings(list)
  if (hosts_dir !== undefined) return hosts_dir
  const hosts = changed.find(file => file.endsWith('/hosts.toml')) ?? '/etc/containerd/certs.d/x/hosts.toml'
  if (config === false) return path.dirname(path.dirname(hosts))
  const [release = ''] = version === undefined ? await findReaders(node, main) : [version]
  return path.posix
    .normalize(`${(await effectiveTable(node, main, release))?.config_path}/.`)
    .replace(/\/$/, '')
}

/** Asserts that the endpoints of each registry are those of the list. `hostsDir` is the directory that regmirror wrote. */
export async function assertEndpoints(node: Reader, list: WrittenList, hostsDir: string): Promise<void> {
  const majors = await findMajors(node, list)
  for (const key of Object.keys(list.registries)) {
    const registry = key === '*' ? UNLISTED : registryName(key)
    const directory = await findHostsDirectory(node, hostsDir, registry)
    assert.ok(directory, `${registry} has a directory`)
    const found = await readEndpoints(node, directory, registry, majors)
    assert.deepEqual(found, expectedEndpoints(list, key, registry, REFERENCES), `endpoints of ${registry}`)
    assert.ok(found.some(resolves), `an endpoint may resolve tags of ${registry}`)
  }
}

/** containerd resolves tags only with endpoints that may pull and resolve (core/remotes/docker/resolver.go:252-270@v2.3.4). */
function resolves({ capabilities }: Endpoint): boolean {
  return ['pull', 'resolve'].every(need => capabilities.includes(need))
}

/** Whether every registry of a list has an endpoint that may resolve tags. */
export function everyRegistryResolves(list: WrittenList): boolean {
  const keys = Object.keys(list.registries)
  return keys.every(key => expectedEndpoints(list, key, registryName(key), REFERENCES).some(resolves))
}

/** Asserts that every containerd that may read the node finds this directory, and nothing that disables it. */
export async function assertInEffect(node: Reader, list: WrittenList, hostsDir: string): Promise<void> {
  const { main, version, config, hosts_dir } = containerdSettings(list)
  if (hosts_dir !== undefined) assert.equal(hostsDir, hosts_dir)
  if (config === false) return
  for (const release of version === undefined ? await findReaders(node, main) : [version]) {
    const table = await effectiveTable(node, main, release)
    assert.equal(
      path.posix.normalize(table?.config_path ?? '').replace(/\/$/, ''),
      hostsDir,
      `containerd ${release}`,
    )
    assert.deepEqual(Object.keys(table?.mirrors ?? {}), [], 'no mirrors beside config_path')
    const configs = Object.values(table?.configs ?? {}).flatMap(entry => Object.keys(entry))
    const tls = configs.filter(key => /^(tls|TLS)$/.test(key))
    if (release.startsWith('1')) assert.deepEqual(tls, [], 'no tls beside config_path')
    assert.deepEqual(Object.keys(table?.auths ?? {}), [], 'only URLs in auths')
    assert.ok(Object.values(table?.headers ?? {}).every(Array.isArray), 'headers are lists')
  }
}

/** The containerd versions that may read the files. */
async function findMajors(node: Reader, list: WrittenList): Promise<readonly Major[]> {
  const { main, version, config } = containerdSettings(list)
  if (version !== undefined) return [version.startsWith('1') ? 1 : 2]
  return config === false || (await findReaders(node, main)).includes('1.7') ? [1, 2] : [2]
}

/** Releases that read this version of a main file, one for each way of merging. */
async function findReaders(node: Reader, main: string): Promise<readonly string[]> {
  const text = (await node.read(main))?.toString('utf8').replace(/^\ufeff/, '') ?? ''
  const { version = 1 } = parseConfig(text) as { version?: number }
  const newest: Readonly<Record<string, number>> = { '1.7': 2, '2.1': 3, '2.3': 4 }
  return WAYS.filter(release => version <= (newest[release] ?? 0))
}
