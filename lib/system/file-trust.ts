/** Whether root may believe what it reads at a path: who could have put it there. Pure. */
import type { EntryType, FileFacts } from './file-facts.ts'

/** One name on the way to a file, and the file itself. */
export interface PathStep {
  /** Its path on this machine. */
  readonly at: string
  readonly facts: Pick<FileFacts, 'type' | 'mode' | 'uid' | 'links'>
  /** Whether others than its owner may write it, here: through a read-only mount nobody may. */
  readonly writableByOthers: boolean
}

/** Why root does not read a file. */
export interface Untrusted {
  readonly message: string
  readonly hint: string
}

/** What is judged: the file as it was named on this machine, and the owner that stands for unknown ones, if any does. */
export interface ReadRequest {
  readonly file: string
  readonly unknownOwner: number | undefined
}

const STICKY = 0o1000

/**
 * Root's own, in a directory that nobody else can write. In a sticky one others can add names but not change those of
 * root, so what stands there has to be root's, links too (as with fs.protected_symlinks and fs.protected_hardlinks,
 * Documentation/admin-guide/sysctl/fs.rst). What is neither file nor directory is never read.
 */
export function whyUntrusted(
  stop: PathStep,
  above: PathStep | undefined,
  reading: ReadRequest,
): Untrusted | undefined {
  const { type, mode, uid, links } = stop.facts
  const shared = above?.writableByOthers === true
  if (type === 'other' || (type === 'link' && !shared)) return undefined
  const trusted = uid === 0 || (!shared && uid === reading.unknownOwner)
  if (!trusted) return wrongOwner(stop, shared, reading)
  if (type === 'file' && shared && links > 1) return hardLinked(stop, reading)
  if (!stop.writableByOthers || (type === 'directory' && (mode & STICKY) !== 0)) return undefined
  return wrongMode(stop, reading)
}

function wrongOwner(stop: PathStep, shared: boolean, reading: ReadRequest): Untrusted {
  const { type, uid } = stop.facts
  const message = `${describeStep(stop, reading)}is owned by uid ${uid}, not by root`
  // A home directory that became root's would lock its user out.
  const mended = !shared && (type === 'file' || /^\/((etc|opt|srv)(\/|$)|$)/.test(stop.at))
  return { message, hint: mended ? `chown root:root ${stop.at}` : copyHint(reading) }
}

function hardLinked(stop: PathStep, reading: ReadRequest): Untrusted {
  const message = `${describeStep(stop, reading)}has several names, and others can write to its directory`
  return { message, hint: copyHint(reading) }
}

function wrongMode(stop: PathStep, reading: ReadRequest): Untrusted {
  const mode = stop.facts.mode.toString(8).padStart(4, '0')
  const message = `${describeStep(stop, reading)}has mode ${mode} and can be written by others than its owner`
  return { message, hint: `chmod go-w ${stop.at}` }
}

function copyHint({ file }: ReadRequest): string {
  return `copy the file to where only root can write: sudo install -m 600 ${file} /etc/regmirror/`
}

const KINDS: Readonly<Record<EntryType, string>> = {
  file: 'the file',
  directory: 'the directory',
  link: 'the link',
  other: 'the special file',
}

function describeStep({ at, facts }: PathStep, { file }: ReadRequest): string {
  return at === file ? '' : `${KINDS[facts.type]} ${at} `
}

/** The kernel's name for owners that a user namespace does not know (DEFAULT_OVERFLOWUID, linux/highuid.h). */
const OVERFLOW = 65534

/**
 * The owner that stands for everybody outside of our user namespace; undefined where it may be a user inside, or where
 * nobody is outside. Root in such a namespace is no more than the user who made it, and cannot tell the root of the
 * machine from others outside. `map` is the text of /proc/self/uid_map: first inside, first outside, how many.
 */
export function findUnknownOwner(map: string): number | undefined {
  const ranges = map.split('\n').map(line => line.trim().split(/\s+/).map(Number))
  const known = ranges.some(([inside = 0, , count = 0]) => OVERFLOW >= inside && OVERFLOW < inside + count)
  return known || map.trim() === '' ? undefined : OVERFLOW
}
