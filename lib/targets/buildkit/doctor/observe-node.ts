/** Reads what the rules need beside the snapshot: buildkitd.toml whatever is wrong with it, and the files that it names. */
import path from 'node:path'
import { Failure } from '../../../model/errors.ts'
import type { Unread } from '../../../model/finding.ts'
import type { FileFacts } from '../../../system/file-facts.ts'
import { isReadableByOthers } from '../../../system/readable-by-others.ts'
import type { Reader } from '../../../system/reader.ts'
import { TICKS_PER_SECOND } from '../../../system/ticks.ts'
import type { CheckedFile, Observation } from '../../rule.ts'
import type { TomlFile } from '../../toml-file.ts'
import type { Machine, View } from '../../view.ts'
import { readConfigFile } from '../config/config-file.ts'
import { findDaemon } from '../daemon-state.ts'
import type { BuildkitSnapshot } from '../snapshot.ts'
import { namedFiles } from './named-files.ts'

export interface ObservedBuildkit {
  readonly snapshot: BuildkitSnapshot
  /** buildkitd.toml, also where a value has a wrong type; undefined: there is none, or it is not TOML. */
  readonly file: TomlFile | undefined
  /** The certificates and keys that it names, by path; undefined: there is no such file. */
  readonly named: ReadonlyMap<string, NamedFile | undefined>
  /** When buildkitd.toml was changed, and the running buildkitd was started, in milliseconds since 1970. */
  readonly changed: number | undefined
  readonly startedAt: number | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

interface NamedFile {
  readonly facts: FileFacts
  readonly isExposed: boolean
}

export async function observeNode(
  snapshot: BuildkitSnapshot,
  { node, machine }: View,
  unread: readonly Unread[],
  now: number,
): Promise<Observation<ObservedBuildkit>> {
  const { config } = snapshot
  const bytes = await node.read(config)
  const read = bytes && readConfigFile(config, bytes)
  const file = read === undefined || 'message' in read ? undefined : read
  const facts = await node.facts(config)
  const observed: ObservedBuildkit = {
    ...{ snapshot, file, now },
    named: await readNamed(node, file),
    changed: facts?.changed,
    startedAt: machine && (await readStart(machine, snapshot)),
  }
  const isHidden = unread.some(one => one.file === config)
  const checked = facts && file ? [await checkedFile(node, file, facts)] : []
  return { observed, files: checked, blind: isHidden ? ['config'] : [], about: aboutNode(snapshot) }
}

async function checkedFile(
  node: Reader,
  { path: at, text }: TomlFile,
  { mode }: FileFacts,
): Promise<CheckedFile> {
  const isExposed = await isReadableByOthers(at, node)
  return { path: at, text, mode: isExposed ? mode : mode & ~0o004, format: 'toml' }
}

/** A path that cannot be followed counts as none: buildkitd cannot read it either. */
async function readNamed(
  node: Reader,
  file: TomlFile | undefined,
): Promise<ReadonlyMap<string, NamedFile | undefined>> {
  const found = new Map<string, NamedFile | undefined>()
  for (const { path: named } of file === undefined ? [] : namedFiles(file))
    if (path.posix.isAbsolute(named)) found.set(named, await lookAt(node, named))
  return found
}

async function lookAt(node: Reader, file: string): Promise<NamedFile | undefined> {
  try {
    const facts = await node.facts(file)
    return facts && { facts, isExposed: await isReadableByOthers(file, node) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return undefined
  }
}

async function readStart(machine: Machine, snapshot: BuildkitSnapshot): Promise<number | undefined> {
  const daemon = findDaemon(snapshot)
  const { ticks } = await machine.bootClock()
  if (daemon.state !== 'running' || ticks === undefined) return undefined
  return machine.now() - ((ticks - daemon.startedAt) / TICKS_PER_SECOND) * 1000
}

function aboutNode(snapshot: BuildkitSnapshot): readonly string[] {
  const { release, config, file, faults } = snapshot
  const daemon = findDaemon(snapshot)
  const name = release === undefined ? 'BuildKit of an unknown version' : `BuildKit ${release.name}`
  const state = daemon.state === 'running' ? ` (process ${daemon.pid})` : `, ${STATES[daemon.state]}`
  const exists = file !== undefined || faults.length > 0
  return [`${name}${state}`, exists ? config : `no ${config}`]
}

const STATES = {
  stopped: 'buildkitd not running',
  absent: 'buildkitd not installed',
  unknown: 'whose process is not known',
}
