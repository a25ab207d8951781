/**
 * Modes and owners that let other users change what root's daemon reads, and what they become. Only write access is taken
 * away: who may read a file of another program is for its owner to decide.
 */
import path from 'node:path'
import type { Notice } from '../model/report.ts'
import type { FileFacts, Ownership } from '../system/file-facts.ts'
import type { DesiredFile } from '../targets/target.ts'
import type { View } from '../targets/view.ts'

/** A directory that regmirror made and that other users can write: its mode and owner, and what they become. */
export interface PermissionFix {
  readonly target: string
  readonly path: string
  readonly before: Required<Ownership>
  readonly after: Required<Ownership>
}

type Owned = Pick<FileFacts, 'mode' | 'uid' | 'gid'>

const WRITE_BY_OTHERS = 0o022

/** Whether a file or a directory belongs to root or to the user `uid` who runs regmirror. */
export function isTrusted(owner: number, uid: number): boolean {
  return owner === 0 || owner === uid
}

/** Whether a user other than root and `uid` may write it. */
export function isWritableByOthers({ mode, uid: owner }: Owned, uid: number): boolean {
  return (mode & WRITE_BY_OTHERS) !== 0 || !isTrusted(owner, uid)
}

/** The same without that access. An owner that is not trusted is left out: the new file gets the user who writes it. */
export function restrictedOwnership({ mode, uid: owner, gid }: Owned, most: number, uid: number): Ownership {
  const own = isTrusted(owner, uid) ? { uid: owner, gid } : {}
  return { mode: mode & most & ~WRITE_BY_OTHERS, ...own }
}

/** What is too open: `mode 0666`, `owner 1000`, or both. */
export function describeAccess({ mode, uid: owner }: Owned, uid: number): string {
  const octal = mode.toString(8).padStart(4, '0')
  const parts = [
    (mode & WRITE_BY_OTHERS) !== 0 ? `mode ${octal}` : [],
    isTrusted(owner, uid) ? [] : `owner ${owner}`,
  ]
  return parts.flat().join(', ')
}

/** Whether other users than root and the one who runs regmirror can write it; a file may also be too open to be read. */
export function isWritable(facts: Owned, uid: number): boolean {
  return describeAccess(facts, uid) !== ''
}

/** The directories of these files that other users can write: a fix for those that regmirror made, a notice for the others. */
export async function findWritableDirectories(
  target: string,
  files: readonly DesiredFile[],
  { node, state, uid }: Pick<View, 'node' | 'state' | 'uid'>,
): Promise<{ permissionFixes: PermissionFix[]; notices: Notice[] }> {
  const found: { permissionFixes: PermissionFix[]; notices: Notice[] } = { permissionFixes: [], notices: [] }
  const made = new Set(state.made)
  for (const directory of directoriesOf(files)) {
    const facts = await node.facts(directory)
    if (facts?.type !== 'directory' || !isWritableByOthers(facts, uid)) continue
    const real = await node.real(directory)
    if (made.has(real)) found.permissionFixes.push(restrictDirectory(target, real, facts, uid))
    else found.notices.push(writableNotice(target, directory, facts, { node, uid }))
  }
  return found
}

/** Write access to the directory above a bundle is enough to replace the bundle. */
function directoriesOf(files: readonly DesiredFile[]): ReadonlySet<string> {
  return new Set(
    files.flatMap(({ path: file, bundle }) =>
      bundle === undefined ? [path.dirname(file)] : [path.dirname(bundle), bundle],
    ),
  )
}

function restrictDirectory(target: string, directory: string, facts: FileFacts, uid: number): PermissionFix {
  const { mode, uid: owner, gid } = facts
  const after = { mode: mode & ~WRITE_BY_OTHERS, uid: isTrusted(owner, uid) ? owner : uid, gid }
  return { target, path: directory, before: { mode, uid: owner, gid }, after }
}

/** A file or directory of another program that other users can write, and the command that changes this. */
export function writableNotice(
  target: string,
  file: string,
  facts: Owned,
  { node, uid }: Pick<View, 'node' | 'uid'>,
): Notice {
  const named = path.join(node.root, file)
  const commands = [
    (facts.mode & WRITE_BY_OTHERS) !== 0 ? `chmod go-w ${named}` : [],
    isTrusted(facts.uid, uid)
      ? []
      : `${node.statePaths.isUsers ? `sudo chown ${uid}` : 'chown root'} ${named}`,
  ]
  const message = `other users can write it (${describeAccess(facts, uid)}) and redirect pulls; ${commands.flat().join(' && ')}`
  return { code: 'writable_by_others', message, target, file }
}
