/** Whether root may read a file: only if no other user could have put it there or changed it. Pure. */
import path from 'node:path'
import type { EntryType, FileFacts } from './file-facts.ts'

/** One name on the way to a file, or the file itself. */
export interface PathStep {
  /** Its path on this machine. */
  readonly at: string
  readonly facts: Pick<FileFacts, 'type' | 'mode' | 'uid' | 'links'>
  /** False through a read-only mount, with any mode. */
  readonly writableByOthers: boolean
}

/** Why root does not read a file. */
export interface Untrusted {
  readonly message: string
  readonly hint: string
}

export interface ReadRequest {
  /** The file as it was named on this machine. */
  readonly file: string
  /** The root directory of the node, on this machine. */
  readonly top: string
  /** The uid that the kernel shows for owners outside the user namespace; undefined where there is none. */
  readonly unknownOwner: number | undefined
}

const STICKY = 0o1000

/**
 * Root must own the file, in a directory that no other user can write. In a sticky directory other users can add names but
 * not change those of root, so everything in it must be root's, links too (as with fs.protected_symlinks and
 * fs.protected_hardlinks, Documentation/admin-guide/sysctl/fs.rst). Special files are never read.
 */
export function whyUntrusted(
  step: PathStep,
  parent: PathStep | undefined,
  request: ReadRequest,
): Untrusted | undefined {
  const { type, mode, uid, links } = step.facts
  const shared = parent?.writableByOthers === true
  if (type === 'other' || (type === 'link' && !shared)) return undefined
  const trusted = uid === 0 || (!shared && uid === request.unknownOwner)
  if (!trusted) return wrongOwner(step, shared, request)
  if (type === 'file' && shared && links > 1) return hardLinked(step, request)
  if (!step.writableByOthers || (type === 'directory' && (mode & STICKY) !== 0)) return undefined
  return wrongMode(step, request)
}

function wrongOwner(step: PathStep, shared: boolean, request: ReadRequest): Untrusted {
  const { type, uid } = step.facts
  const message = `${describeStep(step, request)}is owned by uid ${uid}, not by root`
  // A user could no longer log in if root owned the home directory.
  const below = path.relative(request.top, step.at)
  const canChown = !shared && (type === 'file' || /^((etc|opt|srv)(\/|$)|$)/.test(below))
  return { message, hint: canChown ? `chown root:root ${step.at}` : copyHint(request) }
}

function hardLinked(step: PathStep, request: ReadRequest): Untrusted {
  const message = `${describeStep(step, request)}has several hard links, and other users can write its directory`
  return { message, hint: copyHint(request) }
}

function wrongMode(step: PathStep, request: ReadRequest): Untrusted {
  const mode = step.facts.mode.toString(8).padStart(4, '0')
  const message = `other users can write ${describeStep(step, request).trimEnd() || 'it'} (mode ${mode})`
  return { message, hint: `chmod go-w ${step.at}` }
}

function copyHint({ file, top }: ReadRequest): string {
  const safe = path.join(top, '/etc/regmirror', path.basename(file))
  const hint = 'copy the file to a directory that only root can write'
  return safe === file ? hint : `${hint}: sudo install -D -m 600 ${file} ${safe}`
}

const TYPES: Readonly<Record<EntryType, string>> = {
  file: 'the file',
  directory: 'the directory',
  link: 'the link',
  other: 'the special file',
}

/** Empty for the file itself, which the message names anyway. */
function describeStep({ at, facts }: PathStep, { file }: ReadRequest): string {
  return at === file ? '' : `${TYPES[facts.type]} ${at} `
}

/** The uid that the kernel shows for owners unknown to a user namespace (DEFAULT_OVERFLOWUID, linux/highuid.h). */
const OVERFLOW = 65534

/**
 * The uid that stands for all users outside this user namespace; undefined where it may be a user inside, or where all
 * users are inside. Root in such a namespace has no more rights than the user who created it, and sees root of the machine
 * as one of the users outside. `map` is the text of /proc/self/uid_map: first inside, first outside, count.
 */
export function findUnknownOwner(map: string): number | undefined {
  const ranges = map.split('\n').map(line => line.trim().split(/\s+/).map(Number))
  const known = ranges.some(([inside = 0, , count = 0]) => OVERFLOW >= inside && OVERFLOW < inside + count)
  return known || map.trim() === '' ? undefined : OVERFLOW
}
