/** Asserts that regmirror changed only what it manages: files of listed registries, and one value in config.toml. */
import assert from 'node:assert/strict'
import path from 'node:path'
import type { WrittenList } from '../../lib/list/written.ts'
import type { Reader } from '../../lib/system/reader.ts'
import { MACHINE_STATE } from '../../lib/system/state-paths.ts'
import { containerdSettings } from './assert-in-effect.ts'
import { parseConfig } from './containerd-config.ts'
import { registryName } from './expected-endpoints.ts'
import type { Snapshot } from './node-snapshot.ts'

/** A list that was applied, and the directory of its registries. */
export interface Written {
  readonly list: WrittenList
  readonly hostsDir: string
}

const MANAGED = /^(hosts\.toml|(ca|client)-[0-9a-f]{12}(-key)?\.pem)$/
const SECRET = /^\s*\[(.*\.)?header\]$|PRIVATE KEY/m

/** Asserts that only managed files differ between the two snapshots; `earlier` are the lists before this one. */
export async function assertOnlyManaged(
  node: Reader,
  { list, hostsDir }: Written,
  earlier: readonly Written[],
  before: Snapshot,
  after: Snapshot,
): Promise<void> {
  const configs = await Promise.all([list, ...earlier.map(one => one.list)].map(one => configOf(node, one)))
  const whole = await wholeFiles(node, list, hostsDir)
  const state = await node.real(MACHINE_STATE.directory)
  const isManaged = (name: string) => name === state || name.startsWith(`${state}/`) || whole(name)
  const roots = [hostsDir, ...earlier.map(one => one.hostsDir)]

  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (configs.includes(name)) assertOneValue(before[name]?.text, after[name]?.text)
    else if (!isManaged(name) && !isNewAbove(name, before, after, roots))
      assert.deepEqual(after[name], before[name], name)
    if (whole(name) || configs.includes(name)) assertModeKept(name, before, after)
  }
}

/** The file in which regmirror manages config_path; undefined with `config = false`. */
async function configOf(node: Reader, list: WrittenList): Promise<string | undefined> {
  const { main, config } = containerdSettings(list)
  return config === false ? undefined : await node.real(main)
}

/** Returns whether a file is managed as a whole: one of the registries of the list. */
async function wholeFiles(
  node: Reader,
  list: WrittenList,
  hostsDir: string,
): Promise<(name: string) => boolean> {
  const directories = await Promise.all(
    Object.keys(list.registries).map(key =>
      node.real(`${hostsDir}/${key === '*' ? '_default' : registryName(key)}`),
    ),
  )
  const hosts = await Promise.all(directories.map(directory => node.real(`${directory}/hosts.toml`)))
  return name =>
    hosts.includes(name) || (directories.includes(path.dirname(name)) && MANAGED.test(path.basename(name)))
}

/** A new directory that only holds managed files. */
function isNewAbove(name: string, before: Snapshot, after: Snapshot, roots: readonly string[]): boolean {
  if (before[name] !== undefined || after[name]?.type !== 'directory') return false
  const forLater = roots.some(root => `${root}/`.startsWith(`${name}/`))
  return forLater || Object.keys(after).some(other => other.startsWith(`${name}/`))
}

/** Mode and owner stay, except that other users lose write access, and that a file that holds or held a secret is for its owner alone. */
function assertModeKept(name: string, before: Snapshot, after: Snapshot): void {
  const [was, is] = [before[name], after[name]]
  if (is?.type !== 'file') return
  const own = `${process.getuid?.()}:${process.getgid?.()}`
  if (SECRET.test(is.text)) assert.deepEqual([is.mode & 0o077, is.owner], [0, own], `${name} holds a secret`)
  if (was?.type !== 'file') return
  assert.ok([was.owner, own].includes(is.owner), `${name} is owned by ${is.owner}`)
  const modes = [was.mode, was.mode & 0o600, was.mode & ~0o022, was.mode & 0o644]
  assert.ok(modes.includes(is.mode), `${name} is ${is.mode.toString(8)}`)
  if (was.text !== is.text) assert.equal(is.mode & 0o022, 0, `${name} is writable by other users`)
}

/** Asserts that two texts differ only in the value of config_path, and only in the bytes of that value or its line. */
export function assertOneValue(before: string | undefined, after: string | undefined): void {
  if (before === after) return
  assert.ok(after !== undefined, 'config.toml exists')
  const now = Buffer.from(after, 'latin1').toString('utf8')
  // A new file has the newest version that the release reads.
  const created = /^version = [234]\n/.exec(now)?.[0] ?? ''
  const old = before === undefined ? created : Buffer.from(before, 'latin1').toString('utf8')
  assert.deepEqual(withoutPath(now), withoutPath(old), 'only config_path differs')
  assertSpliced(old, now)
}

/** At most a quoted text was removed; the value, its key and a table for it were added. */
function assertSpliced(old: string, now: string): void {
  const start = commonLength(old, now)
  const end = Math.min(commonLength(reversed(old), reversed(now)), old.length - start, now.length - start)
  const cut = old.slice(start, old.length - end)
  assert.match(cut, /^["'\\/\w.:-]*$/, 'only a value is removed')
  assert.match(now.slice(start, now.length - end), /^[\s{}[\]"'\\/\w.:,=-]*$/, 'only a value is added')
}

function reversed(text: string): string {
  return [...text].reverse().join('')
}

function commonLength(a: string, b: string): number {
  let i = 0
  while (i < a.length && i < b.length && a[i] === b[i]) i += 1
  return i
}

/** The values of a config.toml without config_path, and without tables that are empty without it. */
function withoutPath(text: string): unknown {
  const value = parseConfig(text.replace(/^\ufeff/, ''))
  const plugins = (value.plugins ?? {}) as Record<string, Record<string, unknown>>
  for (const [name, section] of Object.entries(plugins)) {
    if (!/cri/.test(name)) continue
    const registry = section.registry as Record<string, unknown> | undefined
    if (registry !== undefined) delete registry.config_path
    if (registry !== undefined && Object.keys(registry).length === 0) delete section.registry
    if (Object.keys(section).length === 0) delete plugins[name]
  }
  if (Object.keys(plugins).length === 0) delete value.plugins
  return value
}
