/** One file to change: its present and its new content. */
import { dirname } from 'node:path'
import { Failure } from '../model/errors.ts'
import type { Change, Effect } from '../model/report.ts'
import type { OwnedValue } from '../ownership/managed-file.ts'
import type { FoundFile, Ownership } from '../system/file-facts.ts'
import type { Reader } from '../system/reader.ts'
import type { DesiredFile, Owns } from '../targets/target.ts'
import { isTrusted, restrictedOwnership } from './permissions.ts'

export interface NewFile {
  readonly bytes: Buffer
  readonly ownership: Ownership
}

/** A creation, an update or a deletion of one file. */
export type Step = About &
  (
    | (Action<'create'> & { readonly before: undefined; readonly after: NewFile })
    | (Action<'update'> & { readonly before: FoundFile; readonly after: NewFile })
    | (Action<'delete'> & { readonly before: FoundFile; readonly after: undefined })
  )

interface Action<A extends Change['action']> {
  readonly action: A
}

interface About {
  readonly target: string
  readonly path: string
  readonly effect: Effect
  readonly why: string
  readonly registry?: string
  readonly bundle?: string
  /** Files and directories that the file refers to. */
  readonly refersTo: readonly string[]
  readonly owns: Owns
  /** Of an update that names no owner: the user who runs regmirror owns the file already. */
  readonly keepsOwner?: boolean
  /** What the daemon must read before these values are gone from the file. */
  readonly clears?: { readonly content: Buffer; readonly values: readonly OwnedValue[] }
  /** Values that are gone from the file and that the daemon keeps until a restart; `effect`: that of other changes to it. */
  readonly keeps?: { readonly values: readonly OwnedValue[]; readonly effect: Effect }
}

/** The step to the desired file; undefined when the node has it already. `uid` is the user who runs regmirror. */
export async function compare(
  target: string,
  file: DesiredFile,
  node: Reader,
  uid: number,
): Promise<Step | undefined> {
  const about = describe(target, file)
  const before = file.present ?? (await node.find(file.path))
  if (file.content === undefined) {
    return before && { ...about, action: 'delete', before, after: undefined }
  }
  if (before === undefined) await refuseBelowFile(node, file.path)
  const after = { bytes: Buffer.from(file.content), ownership: newOwnership(file, before, uid) }
  if (before === undefined) return { ...about, action: 'create', before, after }
  const keepsOwner = after.ownership.uid === undefined && before.ownership.uid === uid
  const update = { ...about, action: 'update', before, after, ...(keepsOwner && { keepsOwner }) } as const
  if (!before.bytes.equals(after.bytes)) return update
  if (sameOwnership(before, after.ownership, uid)) return undefined
  // No daemon reads the mode of a file.
  const only = file.owns.kind === 'original' ? {} : { effect: 'immediate' as const, why: TOO_OPEN }
  return { ...update, ...only }
}

function describe(target: string, file: DesiredFile): About {
  const { path, effect, why, registry, bundle, after: refersTo = [], owns } = file
  return {
    target,
    path,
    effect,
    why,
    ...(registry && { registry }),
    ...(bundle && { bundle }),
    refersTo,
    owns,
  }
}

export const TOO_OPEN = 'its mode or owner is too open'

/** Whether only the mode or the owner changes. */
export function isSameContent({ before, after }: Pick<Step, 'before' | 'after'>): boolean {
  return before !== undefined && after !== undefined && before.bytes.equals(after.bytes)
}

/** A path to the file leads through something that is not a directory. */
async function refuseBelowFile(node: Reader, file: string): Promise<void> {
  if (node.isBelowDirectories(file)) return
  const above = dirname(file)
  const facts = await node.facts(above)
  if (facts === undefined) return await refuseBelowFile(node, above)
  if (facts.type === 'directory') return
  throw new Failure('io', [{ file: above, message: 'is not a directory', hint: 'move it away' }])
}

function newOwnership({ owns, secret }: DesiredFile, before: FoundFile | undefined, uid: number): Ownership {
  if (owns.kind === 'original') return owns.ownership
  if (before === undefined) return { mode: secret ? 0o600 : 0o644 }
  // A file with a secret gets a new owner: the old one could read it, or open it to others.
  if (secret) return { mode: before.ownership.mode & 0o600 }
  return restrictedOwnership(before.ownership, owns.kind === 'whole' ? 0o644 : 0o7777, uid)
}

/** Without a given owner, the owner is the user who runs regmirror. */
function sameOwnership(before: FoundFile, after: Ownership, uid: number): boolean {
  const { mode, uid: owner, gid } = before.ownership
  const sameOwner = after.uid === undefined ? isTrusted(owner, uid) : after.uid === owner
  return mode === after.mode && sameOwner && (after.gid ?? gid) === gid
}
