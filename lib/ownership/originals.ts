/** The files that were on a node before regmirror wrote to them, kept under `originals/`. */
import nodePath from 'node:path'
import { Failure } from '../model/errors.ts'
import { sha256Hex } from '../model/sha256.ts'
import type { Ownership } from '../system/file-facts.ts'
import type { Reader } from '../system/reader.ts'
import type { Original } from './managed-file.ts'

/** The name under which the original of a path is kept: always the same, and never that of another path. */
export function keptName(path: string): string {
  return sha256Hex(Buffer.from(path)).slice(0, 32)
}

/** The bytes and ownership of the original of a path; undefined when there was no file. */
export async function readOriginal(
  node: Reader,
  path: string,
  original: Original,
): Promise<{ bytes: Buffer; ownership: Required<Ownership> } | undefined> {
  if (original === null) return undefined
  const file = `${node.statePaths.originals}/${original.kept}`
  const bytes = await node.read(file)
  if (bytes === undefined) throw lost(path, `its original ${file} does not exist`, original, node)
  if (original.digest !== undefined && sha256Hex(bytes) !== original.digest)
    throw lost(path, `its original in ${file} was changed outside regmirror`, original, node)
  // A forged state could put back a set-user-ID file.
  return { bytes, ownership: { mode: original.mode & 0o777, uid: original.uid, gid: original.gid } }
}

function lost(
  file: string,
  message: string,
  { kept: name, digest }: NonNullable<Original>,
  { root, statePaths }: Reader,
): Failure {
  const kept = nodePath.join(root, statePaths.originals, name)
  const state = nodePath.join(root, statePaths.state)
  const hint =
    digest === undefined
      ? `copy the original file to ${kept}`
      : `copy the file with sha256 ${digest} to ${kept} from a backup, or remove this digest from ${state} to use another file`
  return new Failure('io', [{ file, message, hint }])
}
