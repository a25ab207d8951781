/** One file to change: what it must be beside what it is. */
import { dirname } from 'node:path'
import { Failure } from '../model/errors.ts'
import type { Effect } from '../model/report.ts'
import type { OwnedSetting } from '../ownership/state.ts'
import type { Ownership } from '../system/file-facts.ts'
import type { Reader } from '../system/files.ts'
import type { DesiredFile } from '../targets/target.ts'
import { closed, isTrusted } from './permissions.ts'

/** A file with everything that putting it back needs. */
export interface FoundFile {
  readonly bytes: Buffer
  readonly ownership: Required<Ownership>
  /** When its bytes were changed last, ms since 1970. */
  readonly changed: number
}

/** One file to change. Both sides undefined does not occur. */
export interface Step {
  readonly target: string
  readonly path: string
  readonly before: FoundFile | undefined
  readonly after: { readonly bytes: Buffer; readonly ownership: Ownership } | undefined
  readonly owns: 'whole' | 'value'
  /** Where our value stands, when that is what we own. */
  readonly setting?: OwnedSetting | undefined
  /** Whether this puts back what was there before us. */
  readonly restores: boolean
  readonly effect: Effect
  readonly why: string
}

/** The step that makes a file as desired; undefined when it is so already. `uid` is the user who runs us. */
export async function compare(
  target: string,
  file: DesiredFile,
  node: Reader,
  uid: number,
): Promise<Step | undefined> {
  const { path, owns, setting, effect, why } = file
  const step = { target, path, owns, setting, effect, why, restores: file.ownership !== undefined }
  const before = await find(node, path)
  if (file.content === undefined) {
    return before && { ...step, before, after: undefined }
  }
  if (before === undefined) await refuseBelowFile(node, path)
  const after = { bytes: Buffer.from(file.content), ownership: ownershipOf(file, before, uid) }
  if (before?.bytes.equals(after.bytes) !== true) return { ...step, before, after }
  if (sameOwnership(before, after.ownership, uid)) return undefined
  // No daemon reads anything else.
  const only = file.ownership === undefined ? { effect: 'immediate' as const, why: CLOSED } : {}
  return { ...step, ...only, before, after }
}

const CLOSED = 'its mode or owner is too open'

/** Whether only its mode or owner changes. */
export function isSameContent({ before, after }: Pick<Step, 'before' | 'after'>): boolean {
  return before !== undefined && after !== undefined && before.bytes.equals(after.bytes)
}

/** Something else than a directory stands on the way to the file. */
async function refuseBelowFile(node: Reader, file: string): Promise<void> {
  const above = dirname(file)
  const facts = await node.facts(above)
  if (facts === undefined) return await refuseBelowFile(node, above)
  if (facts.type === 'directory') return
  throw new Failure('io', [{ file: above, message: 'is not a directory', hint: 'move it away' }])
}

/** The file that stands at a path, ready to be put back. */
export async function find(node: Reader, path: string): Promise<FoundFile | undefined> {
  const bytes = await node.read(path)
  const facts = bytes && (await node.facts(path))
  if (bytes === undefined || facts === undefined) return undefined
  const { mode, uid, gid, changed } = facts
  return { bytes, ownership: { mode, uid, gid }, changed }
}

function ownershipOf(file: DesiredFile, before: FoundFile | undefined, uid: number): Ownership {
  if (file.ownership !== undefined) return file.ownership
  if (before === undefined) return { mode: file.secret ? 0o600 : 0o644 }
  // A file with a secret becomes our own: whoever owned it could read it, or open it to others.
  if (file.secret) return { mode: before.ownership.mode & 0o600 }
  return closed(before.ownership, file.owns === 'whole' ? 0o644 : 0o7777, uid)
}

/** An owner that is not named is whoever runs us. */
function sameOwnership(before: FoundFile, after: Ownership, uid: number): boolean {
  const { mode, uid: owner, gid } = before.ownership
  const sameOwner = after.uid === undefined ? isTrusted(owner, uid) : after.uid === owner
  return mode === after.mode && sameOwner && (after.gid ?? gid) === gid
}

/** Removals come last and in reverse: what points at a file goes before the file. */
export function inOrder(steps: readonly Step[]): readonly Step[] {
  return [
    ...steps.filter(step => step.after !== undefined),
    ...steps.filter(step => step.after === undefined).reverse(),
  ]
}
