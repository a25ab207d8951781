/**
 * Opens a file for root. Every directory on the way is held by a descriptor and checked before the next name is looked up
 * in it; links are followed as in links.ts. So the file that is read is the file that was checked, even if a path is renamed
 * meanwhile.
 */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import type { FileFacts, HeldFile } from './file-facts.ts'
import {
  findUnknownOwner,
  type PathStep,
  type ReadRequest,
  type Untrusted,
  whyUntrusted,
} from './file-trust.ts'
import { linkLeavesRoot, linkLoop, MAX_LINKS, splitPath } from './links.ts'
import { holdDirectory, holdFile, lstatFacts, readBounded, readLink } from './read-disk.ts'

/** A file or directory, to read while it is open. */
export interface OpenedFile {
  /** The path with every link followed, as seen from the root directory. */
  readonly real: string
  readonly facts: FileFacts
  /** A path to it for the system. For root it stays the same file, even if its path is renamed meanwhile. */
  readonly systemPath: string
  /** The bytes of a regular file; fails on anything else and over `limit` bytes. */
  read(limit: number): Promise<Buffer>
}

interface HeldStep extends PathStep {
  readonly held: HeldFile
}

/** The state of a lookup. `steps` are the directories from the top down, `todo` the names that follow. */
interface Walk {
  readonly top: string
  readonly file: string
  readonly request: ReadRequest
  readonly steps: HeldStep[]
  readonly todo: string[]
  links: number
}

/** Uses the file at `file` as seen from `top`; undefined when it does not exist, or the reason why root must not read it. */
export async function openTrusted<T>(
  top: string,
  file: string,
  use: (found: OpenedFile | Untrusted | undefined) => Promise<T>,
): Promise<T> {
  const unknownOwner = findUnknownOwner(await readUidMap(file))
  const request = { file: path.join(top, file), top, unknownOwner }
  const walk: Walk = { top, file, request, steps: [], todo: splitPath(path.resolve('/', file)), links: 0 }
  try {
    return await use(await walkDown(walk))
  } finally {
    await closeSteps(walk, 0)
  }
}

async function readUidMap(file: string): Promise<string> {
  if ((await lstatFacts('/proc/self/fd'))?.type !== 'directory') {
    const message = 'cannot check who can write it: /proc is not mounted'
    throw new Failure('io', [{ file, message, hint: 'mount -t proc proc /proc' }])
  }
  // A kernel without user namespaces has no such file.
  return (await readBounded('/proc/self/uid_map', file, 65536))?.toString() ?? ''
}

async function walkDown(walk: Walk): Promise<OpenedFile | Untrusted | undefined> {
  const untrusted = await addStep(walk, await holdDirectory(`${walk.top}/.`), walk.top)
  if (untrusted !== undefined || walk.steps.length === 0) return untrusted
  for (let name = walk.todo.shift(); name !== undefined; name = walk.todo.shift()) {
    const end = name === '..' ? await goUp(walk) : await goDown(walk, name)
    if (end !== undefined) return end === 'absent' ? undefined : end
  }
  return openedFile(walk)
}

async function goUp(walk: Walk): Promise<undefined> {
  if (walk.steps.length < 2) throw linkLeavesRoot(walk.file)
  await closeSteps(walk, walk.steps.length - 1)
}

async function goDown(walk: Walk, name: string): Promise<Untrusted | 'absent' | undefined> {
  const parent = lastStep(walk)
  if (parent.facts.type !== 'directory') return 'absent'
  const place = `${parent.held.path}/${name}`
  const directory = walk.todo.length > 0 ? await holdDirectory(place) : undefined
  const held = directory ?? (await holdFile(place))
  if (held === undefined) return 'absent'
  const untrusted = await addStep(walk, held, path.join(parent.at, name))
  if (untrusted !== undefined || held.facts.type !== 'link') return untrusted
  return await followLink(walk, await readLink(place))
}

/** Adds what is held to the walk, which closes it, and checks it. */
async function addStep(walk: Walk, held: HeldFile | undefined, at: string): Promise<Untrusted | undefined> {
  if (held === undefined) return undefined
  const parent = walk.steps.at(-1)
  const { facts } = held
  const writableByOthers = facts.type !== 'link' && (facts.mode & 0o022) !== 0 && !(await held.isReadOnly())
  const step = { at, facts, writableByOthers, held }
  walk.steps.push(step)
  return whyUntrusted(step, parent, walk.request)
}

async function followLink(walk: Walk, link: string | undefined): Promise<'absent' | undefined> {
  walk.links += 1
  if (walk.links > MAX_LINKS) throw linkLoop(walk.file)
  await closeSteps(walk, link?.startsWith('/') ? 1 : walk.steps.length - 1)
  if (link === undefined) return 'absent'
  walk.todo.unshift(...splitPath(link))
}

/** Closes all but the first steps. */
async function closeSteps({ steps }: Walk, keep: number): Promise<void> {
  for (const { held } of steps.splice(keep)) await held.close()
}

function lastStep({ steps }: Walk): HeldStep {
  return steps.at(-1) as HeldStep
}

function openedFile(walk: Walk): OpenedFile {
  const { held, at } = lastStep(walk)
  return {
    real: path.join('/', path.relative(walk.top, at)),
    facts: held.facts,
    systemPath: held.path,
    read: limit => held.read(walk.file, limit),
  }
}
