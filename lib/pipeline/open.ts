/** What a command starts from: the node, the list, the runtimes to configure. */
import { listDirectories } from '../list/list-directories.ts'
import { type LoadedList, loadList } from '../list/load.ts'
import { Failure } from '../model/errors.ts'
import type { MirrorList } from '../model/registry.ts'
import type { RootlessUser } from '../model/rootless-user.ts'
import { registriesForAny } from '../model/target-registries.ts'
import type { World } from '../model/world.ts'
import { readState } from '../ownership/state.ts'
import { refuseForeignState } from '../ownership/state-trust.ts'
import { readBootClock } from '../system/boot-clock.ts'
import { copyAttributesWith } from '../system/copy-attributes.ts'
import { openReader, type Reader } from '../system/reader.ts'
import { runInstalled, runProgram } from '../system/run.ts'
import { MACHINE_STATE, type StatePaths, statePathsIn } from '../system/state-paths.ts'
import { openProcesses } from '../system/trusted-processes.ts'
import { openWriter, type Writer } from '../system/writer.ts'
import { listedNames } from '../targets/load-targets.ts'
import type { TargetTable } from '../targets/target.ts'
import type { Machine, View } from '../targets/view.ts'

export interface NodeOptions {
  /** The tree to work on; undefined: this machine. */
  readonly root: string | undefined
  /** The user whose runtimes these are; undefined: those of the machine. */
  readonly user?: RootlessUser
}

export interface ListOptions extends NodeOptions {
  /** Undefined: the default one of the node. */
  readonly file: string | undefined
  /** Undefined: by the extension of the file. */
  readonly listFormat: 'toml' | 'yaml' | 'json' | undefined
  readonly allowFilesFrom: readonly string[]
  /** Names of runtimes; none: every one. */
  readonly target: readonly string[]
}

/** `list` has the registries that the chosen runtimes get: no other is written, probed or judged. */
export interface OpenedList extends LoadedList {
  readonly whole: MirrorList
}

/** Opens this machine, or the tree under `--root`. Throws Failure `io` where its state cannot be trusted. */
export async function openNode(options: NodeOptions, { uid }: Pick<World, 'uid'>): Promise<Writer> {
  const { root } = options
  const paths = statePathsOf(options)
  // No program runs under a root, not even `cp`.
  const copyAttributes = root === undefined ? copyAttributesWith(runProgram) : undefined
  const node = openWriter(root ?? '/', copyAttributes, paths)
  if ((await node.facts('/'))?.type !== 'directory') throw notDirectory(root)
  await refuseForeignState(node, uid)
  return node
}

/** The same to read, also for a user who may not read the state of regmirror. */
export async function openReadable(options: NodeOptions): Promise<Reader> {
  const { root = '/' } = options
  const node = openReader(root, statePathsOf(options))
  if ((await node.facts('/'))?.type === 'directory') return node
  throw notDirectory(root)
}

function statePathsOf({ user }: NodeOptions): StatePaths {
  return user === undefined ? MACHINE_STATE : statePathsIn(`${user.stateHome}/regmirror`, true)
}

function notDirectory(root: string | undefined): Failure {
  const message = `--root ${root} is not a directory`
  return new Failure('usage', [{ message, hint: 'name an existing directory' }])
}

/** Reads and checks the list, which may name any of these targets. Throws Failure `invalid_list`, or `usage` for `--target`. */
export async function openList(
  options: ListOptions,
  targets: TargetTable,
  node: Reader,
  world: World,
  host = openReader('/'),
): Promise<OpenedList> {
  const selected = selectTargets(targets, options.target)
  const loaded = await loadList(node, host, {
    ...(options.file !== undefined && { file: options.file }),
    ...(options.listFormat !== undefined && { format: options.listFormat }),
    directories: listDirectories(world, options.root),
    allowFilesFrom: options.allowFilesFrom,
    stdin: world.stdin,
    env: world.env,
    uid: world.uid,
    now: world.now(),
    targets,
  })
  const whole = loaded.list
  const registries = registriesForAny(whole, listedNames(selected, whole))
  return { ...loaded, list: { ...whole, registries }, whole }
}

/**
 * What targets may read. Under `--root` no program of the node is run and nothing of this machine is read. `proved` is for a
 * plan that is made again.
 */
export async function openView(
  options: NodeOptions,
  node: Reader,
  world: World,
  proved = new Set<string>(),
): Promise<View> {
  return { ...openPlace(options, node, world), state: await readState(node), proved }
}

/** The same without the state, and without what was proved. */
export function openPlace(options: NodeOptions, node: Reader, world: World): Omit<View, 'state' | 'proved'> {
  const { user } = options
  return { node, uid: world.uid, machine: openMachine(options, world), ...(user !== undefined && { user }) }
}

/** This machine; undefined where the node is another tree. */
export function openMachine({ root }: NodeOptions, { now, uid, env }: World): Machine | undefined {
  if (root !== undefined) return undefined
  const processes = openProcesses(uid)
  return { files: openReader('/'), run: runInstalled(env), processes, now, bootClock: readBootClock }
}

/** The runtimes to configure: those that `--target` names, all where it names none. Throws Failure `usage`. */
export function selectTargets(targets: TargetTable, names: readonly string[]): TargetTable {
  const unknown = names.find(name => !Object.hasOwn(targets, name))
  if (unknown !== undefined) {
    const hint = `use ${Object.keys(targets).join(' or ')}`
    throw new Failure('usage', [{ message: `--target ${unknown} is unknown`, hint }])
  }
  const selected = Object.entries(targets).filter(([name]) => names.length === 0 || names.includes(name))
  return Object.fromEntries(selected)
}
