/** What every command starts from: the flags it was given, the world it runs in, the list and the node. */

import { type LoadedList, loadList } from '../list/load.ts'
import { Failure } from '../model/errors.ts'
import type { World } from '../model/world.ts'
import { readState } from '../ownership/state.ts'
import { refuseForeignState } from '../ownership/state-folder.ts'
import type { Format } from '../reporters/print.ts'
import { readBootClock } from '../system/boot-clock.ts'
import { copyAttributesWith } from '../system/copy-attributes.ts'
import { openTree, type Writer } from '../system/files.ts'
import { runProgram } from '../system/run.ts'
import { openProcesses } from '../system/trusted-processes.ts'
import { targets } from '../targets/index.ts'
import type { Machine, Target, View } from '../targets/target.ts'

/** Which node, and what of it. */
export interface NodeOptions {
  /** The tree to work on; undefined: this machine. */
  readonly root: string | undefined
  readonly target: readonly string[]
}

/** Flags of every command that reads a list. */
export interface Options extends NodeOptions {
  readonly file: string | undefined
  readonly listFormat: 'toml' | 'yaml' | 'json' | undefined
  readonly allowFilesFrom: readonly string[]
  readonly format: Format
}

/** Opens the node: this machine, or the tree under `--root`. Throws Failure `io` where its state is not to be trusted. */
export async function openNode(options: NodeOptions, { uid }: Pick<World, 'uid'>): Promise<Writer> {
  // Under a root no program is run, `cp` neither.
  const node =
    options.root === undefined ? openTree('/', copyAttributesWith(runProgram)) : openTree(options.root)
  if ((await node.facts('/'))?.type === 'directory') {
    await refuseForeignState(node, uid)
    return node
  }
  throw new Failure('usage', [
    { message: `--root ${options.root} is not a directory`, hint: 'create it first' },
  ])
}

/** Reads and checks the list. */
export async function openList(options: Options, node: Writer, world: World): Promise<LoadedList> {
  return await loadList(node, openTree('/'), {
    ...(options.file !== undefined && { file: options.file }),
    ...(options.listFormat !== undefined && { format: options.listFormat }),
    allowFilesFrom: options.allowFilesFrom,
    stdin: world.stdin,
    env: world.env,
    uid: world.uid,
    now: world.now(),
    targets,
  })
}

/** What targets may look at. Under `--root` no program is run and nothing of this machine is read. */
export async function openView(options: Options, node: Writer, world: World): Promise<View> {
  return { node, uid: world.uid, state: await readState(node), machine: machineOf(options, world) }
}

/** This machine, unless the node is another tree. */
export function machineOf({ root }: Pick<NodeOptions, 'root'>, { now, uid }: World): Machine | undefined {
  if (root !== undefined) return undefined
  const processes = openProcesses(uid)
  return { files: openTree('/'), run: runProgram, processes, now, bootClock: readBootClock }
}

/** The runtimes to write for: those named by `--target`, else all. */
export function chosenTargets(options: NodeOptions): Readonly<Record<string, Target>> {
  const chosen = Object.entries(targets).filter(
    ([name]) => options.target.length === 0 || options.target.includes(name),
  )
  return Object.fromEntries(chosen)
}
