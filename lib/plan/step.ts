/** One file to change: what it must be beside what it is. */
import { dirname } from 'node:path'
import { Failure } from '../errors.ts'
import type { Effect } from '../report.ts'
import type { OwnedSetting } from '../state.ts'
import type { Ownership } from '../system/disk.ts'
import type { Reader } from '../system/files.ts'
import type { DesiredFile } from '../targets/target.ts'

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

/** The step that makes a file as desired; undefined when it is so already. */
export async function compare(target: string, file: DesiredFile, node: Reader): Promise<Step | undefined> {
  const { path, owns, setting, effect, why } = file
  const step = { target, path, owns, setting, effect, why, restores: file.ownership !== undefined }
  const before = await find(node, path)
  if (file.content === undefined) {
    return before && { ...step, before, after: undefined }
  }
  if (before === undefined) await refuseBelowFile(node, path)
  const after = { bytes: Buffer.from(file.content), ownership: ownershipOf(file, before) }
  const same = before?.bytes.equals(after.bytes) === true && sameOwnership(before, after.ownership)
  return same ? undefined : { ...step, before, after }
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

function ownershipOf(file: DesiredFile, before: FoundFile | undefined): Ownership {
  if (file.ownership !== undefined) return file.ownership
  if (before === undefined) return { mode: file.secret ? 0o600 : 0o644 }
  // A file with a secret becomes our own: whoever owned it could read it, or open it to others.
  if (file.secret) return { mode: before.ownership.mode & 0o600 }
  return before.ownership
}

function sameOwnership(before: FoundFile, after: Ownership): boolean {
  const { mode, uid, gid } = before.ownership
  return mode === after.mode && (after.uid ?? uid) === uid && (after.gid ?? gid) === gid
}

/** Removals come last and in reverse: what points at a file goes before the file. */
export function inOrder(steps: readonly Step[]): readonly Step[] {
  return [
    ...steps.filter(step => step.after !== undefined),
    ...steps.filter(step => step.after === undefined).reverse(),
  ]
}
