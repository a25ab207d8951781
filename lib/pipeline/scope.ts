/** Whose runtimes a command is for: those of the machine, or of the user who runs it without root. */
import type { LoadedList } from '../list/load.ts'
import { Failure } from '../model/errors.ts'
import { isRefused } from '../model/refused.ts'
import { findRootlessUser } from '../model/rootless-user.ts'
import type { World } from '../model/world.ts'
import { openReader, type Reader } from '../system/reader.ts'
import type { TargetTable } from '../targets/target.ts'
import { type ListOptions, type NodeOptions, type OpenedList, openList } from './open.ts'

type ScopeOptions = Pick<ListOptions, 'root' | 'user' | 'target'>

/** The flags with the user, and the list, which is read once. */
export interface Scoped<Options> {
  readonly options: Options & NodeOptions
  loadList(node: Reader): Promise<OpenedList>
}

/**
 * The list decides: all its targets can be a user's, or none. Throws Failure `usage` where it has both, or the user has no
 * usable home directory. Root, and `--root`, are for a machine.
 */
export async function openScope<Options extends ListOptions & ScopeOptions>(
  options: Options,
  table: TargetTable,
  world: World,
): Promise<Scoped<Options>> {
  if (!isUser(options, world)) return { options, loadList: node => openList(options, table, node, world) }
  const loaded = await openList(options, table, openReader('/'), world)
  const isUsers = isForUser(loaded, options, table)
  return { options: isUsers ? withUser(options, world) : options, loadList: async () => loaded }
}

/** The same for a watcher, which may be started before its list can be read. */
export async function openWatchScope<Options extends ListOptions & ScopeOptions>(
  options: Options,
  table: TargetTable,
  world: World,
): Promise<Options & NodeOptions> {
  if (!isUser(options, world)) return options
  try {
    return (await openScope(options, table, world)).options
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'usage') throw error
    return withUser(options, world)
  }
}

/** For a command without a list: what a user has written is that user's. Throws Failure `usage` without a home directory. */
export function ownScope<Options extends NodeOptions>(options: Options, world: World): Options & NodeOptions {
  return isUser(options, world) ? withUser(options, world) : options
}

/**
 * For a command that only reads: the user's, unless the list is for the machine. A target that is not the user's is looked
 * at on the machine (`viewFor`).
 */
export function readingScope<Options extends ScopeOptions>(
  options: Options,
  loaded: LoadedList | undefined,
  table: TargetTable,
  { uid, env }: Pick<World, 'uid' | 'env'>,
): Options & NodeOptions {
  const user = isUser(options, { uid }) ? findRootlessUser(env) : undefined
  if (user === undefined || isRefused(user)) return options
  const isMachines = loaded !== undefined && rootlessTargets(loaded, options, table).length === 0
  return isMachines ? options : { ...options, user }
}

function isUser({ root }: NodeOptions, { uid }: Pick<World, 'uid'>): boolean {
  return uid !== 0 && root === undefined
}

function withUser<Options extends NodeOptions>(options: Options, { env }: World): Options & NodeOptions {
  const user = findRootlessUser(env)
  if (isRefused(user)) throw new Failure('usage', [{ message: user.message, hint: user.hint }])
  return { ...options, user }
}

/** The targets of the list that are selected; without one, a target that left the list. */
function selectedTargets({ list }: LoadedList, { target }: ScopeOptions): readonly string[] {
  const listed = Object.keys(list.targets).filter(name => target.length === 0 || target.includes(name))
  return listed.length === 0 ? target : listed
}

function rootlessTargets(loaded: LoadedList, options: ScopeOptions, table: TargetTable): readonly string[] {
  return selectedTargets(loaded, options).filter(name => table[name]?.rootless === true)
}

function isForUser(loaded: LoadedList, options: ScopeOptions, table: TargetTable): boolean {
  const ofUser = rootlessTargets(loaded, options, table)
  const others = selectedTargets(loaded, options).filter(name => !ofUser.includes(name))
  if (ofUser.length > 0 && others.length > 0) throw mixedTargets(loaded.file, ofUser, others)
  return ofUser.length > 0
}

function mixedTargets(file: string, ofUser: readonly string[], others: readonly string[]): Failure {
  const message = `without root, regmirror configures the runtimes of one user, and ${others.join(' and ')} of this list can only be the machine's`
  const flags = ofUser.map(name => `--target ${name}`).join(' ')
  const hint = `add ${flags}, or write a list of its own for the user; for the machine, run regmirror as root`
  return new Failure('usage', [{ file, message, hint }])
}

/** Throws Failure `invalid_list` where a user's watcher reads a list that became one for the machine. */
export function refuseMachineTargets(loaded: LoadedList, options: ScopeOptions, table: TargetTable): void {
  if (isForUser(loaded, options, table)) return
  const { file } = loaded
  const message = "none of its targets can be a user's, and this watcher was started for a user"
  throw new Failure('invalid_list', [
    { file, message, hint: 'run it as root, or name other targets in the list' },
  ])
}
