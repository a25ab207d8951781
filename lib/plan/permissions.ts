/**
 * Who else could change what root's daemon reads: modes and owners that are too open, and what they become. Only write
 * access is taken away; who may read other people's files is their decision.
 */
import path from 'node:path'
import type { Notice } from '../model/report.ts'
import type { State } from '../ownership/state.ts'
import type { FileFacts, Ownership } from '../system/file-facts.ts'
import type { Reader } from '../system/files.ts'
import type { DesiredFile } from '../targets/target.ts'

/** A directory that regmirror made and somebody has opened. */
export interface Closing {
  readonly target: string
  readonly path: string
  readonly before: Required<Ownership>
  readonly after: Required<Ownership>
}

type Owned = Pick<FileFacts, 'mode' | 'uid' | 'gid'>

const WRITE_OF_OTHERS = 0o022

/** Whether a file or a directory belongs to root or to the user `uid` who runs us. */
export function isTrusted(owner: number, uid: number): boolean {
  return owner === 0 || owner === uid
}

/** Whether somebody else than root and the user `uid` may write it. */
export function isOpen({ mode, uid: owner }: Owned, uid: number): boolean {
  return (mode & WRITE_OF_OTHERS) !== 0 || !isTrusted(owner, uid)
}

/** The same without them. Where the owner is not trusted it is left out: the file becomes that of whoever writes it. */
export function closed({ mode, uid: owner, gid }: Owned, most: number, uid: number): Ownership {
  const own = isTrusted(owner, uid) ? { uid: owner, gid } : {}
  return { mode: mode & most & ~WRITE_OF_OTHERS, ...own }
}

/** `mode 0666` or `owner 1000`, as far as that is what is wrong. */
export function opening({ mode, uid: owner }: Owned, uid: number): string {
  const octal = mode.toString(8).padStart(4, '0')
  const parts = [
    (mode & WRITE_OF_OTHERS) !== 0 ? `mode ${octal}` : [],
    isTrusted(owner, uid) ? [] : `owner ${owner}`,
  ]
  return parts.flat().join(', ')
}

/** The directories that hold these files and are open: those that we made are closed, the others are named. */
export async function closings(
  target: string,
  files: readonly DesiredFile[],
  { node, state, uid }: { readonly node: Reader; readonly state: State; readonly uid: number },
): Promise<{ closings: Closing[]; notices: Notice[] }> {
  const found: { closings: Closing[]; notices: Notice[] } = { closings: [], notices: [] }
  for (const directory of directoriesOf(files)) {
    const facts = await node.facts(directory)
    if (facts?.type !== 'directory' || !isOpen(facts, uid)) continue
    const real = await node.real(directory)
    if (state.made.includes(real)) found.closings.push(closing(target, real, facts, uid))
    else found.notices.push(openNotice(target, directory, facts, uid))
  }
  return found
}

function directoriesOf(files: readonly DesiredFile[]): ReadonlySet<string> {
  return new Set(
    files.flatMap(file => {
      const directory = path.dirname(file.path)
      return file.owns === 'whole' ? [path.dirname(directory), directory] : [directory]
    }),
  )
}

function closing(
  target: string,
  directory: string,
  { mode, uid: owner, gid }: FileFacts,
  uid: number,
): Closing {
  const after = { mode: mode & ~WRITE_OF_OTHERS, uid: isTrusted(owner, uid) ? owner : uid, gid }
  return { target, path: directory, before: { mode, uid: owner, gid }, after }
}

/** What is not ours to change, and how to. */
export function openNotice(target: string, file: string, facts: Owned, uid: number): Notice {
  const commands = [
    (facts.mode & WRITE_OF_OTHERS) !== 0 ? `chmod go-w ${file}` : [],
    isTrusted(facts.uid, uid) ? [] : `chown root ${file}`,
  ]
  const message = `can be changed by other users (${opening(facts, uid)}), who then decide where images come from; ${commands.flat().join(' && ')}`
  return { code: 'open_to_others', message, target, file }
}
