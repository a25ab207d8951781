/**
 * A file opened for root. Every directory on the way is held by a descriptor and judged before the next name is looked up
 * in it; links are followed as links.ts does by name. So what was judged is what is read, whoever renames meanwhile.
 */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import { holdDirectory, holdFile, lstatFacts, readBounded, readLink } from './disk.ts'
import type { FileFacts, HeldFile } from './file-facts.ts'
import {
  findUnknownOwner,
  type PathStep,
  type ReadRequest,
  type Untrusted,
  whyUntrusted,
} from './file-trust.ts'
import { linkLeavesRoot, linkLoop, MAX_LINKS, splitPath } from './links.ts'

/** Something that was found at a path, to be read while it is held. */
export interface OpenedFile {
  /** The path with every link followed, as seen from the top. */
  readonly real: string
  readonly facts: FileFacts
  /** Its name for the system; for root it is the same file as long as it is held, whoever renames meanwhile. */
  readonly place: string
  /** Bytes of a regular file; fails on all else and over `limit` bytes. */
  read(limit: number): Promise<Buffer>
}

interface HeldStep extends PathStep {
  readonly held: HeldFile
}

/** Where a walk has got to. `steps` are the directories from the top down. */
interface Walk {
  readonly top: string
  readonly file: string
  readonly reading: ReadRequest
  readonly steps: HeldStep[]
  readonly todo: string[]
  links: number
}

/** Uses what stands at `file` as seen from `top`, undefined when nothing does, or why root does not read it. */
export async function openTrusted<T>(
  top: string,
  file: string,
  use: (found: OpenedFile | Untrusted | undefined) => Promise<T>,
): Promise<T> {
  const reading = { file: path.join(top, file), unknownOwner: findUnknownOwner(await readUidMap(file)) }
  const walk: Walk = { top, file, reading, steps: [], todo: splitPath(path.resolve('/', file)), links: 0 }
  try {
    return await use(await walkDown(walk))
  } finally {
    await closeSteps(walk, 0)
  }
}

/** Also how we know that descriptors have names. */
async function readUidMap(file: string): Promise<string> {
  if ((await lstatFacts('/proc/self/fd'))?.type !== 'directory') {
    const message = 'cannot check who can write it: /proc is not mounted'
    throw new Failure('io', [{ file, message, hint: 'mount -t proc proc /proc' }])
  }
  // Kernels without user namespaces have none.
  return (await readBounded('/proc/self/uid_map', file, 65536))?.toString() ?? ''
}

async function walkDown(walk: Walk): Promise<OpenedFile | Untrusted | undefined> {
  const wrong = await addStep(walk, await holdDirectory(`${walk.top}/.`), walk.top)
  if (wrong !== undefined || walk.steps.length === 0) return wrong
  for (let name = walk.todo.shift(); name !== undefined; name = walk.todo.shift()) {
    const wrong = name === '..' ? await goUp(walk) : await goDown(walk, name)
    if (wrong !== undefined) return wrong === 'nothing' ? undefined : wrong
  }
  return openedFile(walk)
}

async function goUp(walk: Walk): Promise<undefined> {
  if (walk.steps.length < 2) throw linkLeavesRoot(walk.file)
  await closeSteps(walk, walk.steps.length - 1)
}

async function goDown(walk: Walk, name: string): Promise<Untrusted | 'nothing' | undefined> {
  const above = walk.steps.at(-1) as HeldStep
  if (above.facts.type !== 'directory') return 'nothing'
  const systemPath = `${above.held.path}/${name}`
  const onWay = walk.todo.length > 0 ? await holdDirectory(systemPath) : undefined
  const held = onWay ?? (await holdFile(systemPath))
  if (held === undefined) return 'nothing'
  const wrong = await addStep(walk, held, path.join(above.at, name))
  if (wrong !== undefined || held.facts.type !== 'link') return wrong
  return await followLink(walk, await readLink(systemPath))
}

/** Judges what is held; from then on it is let go with the walk. */
async function addStep(walk: Walk, held: HeldFile | undefined, at: string): Promise<Untrusted | undefined> {
  if (held === undefined) return undefined
  const above = walk.steps.at(-1)
  const { facts } = held
  const writableByOthers = facts.type !== 'link' && (facts.mode & 0o022) !== 0 && !(await held.isReadOnly())
  const step = { at, facts, writableByOthers, held }
  walk.steps.push(step)
  return whyUntrusted(step, above, walk.reading)
}

async function followLink(walk: Walk, link: string | undefined): Promise<'nothing' | undefined> {
  walk.links += 1
  if (walk.links > MAX_LINKS) throw linkLoop(walk.file)
  await closeSteps(walk, link?.startsWith('/') ? 1 : walk.steps.length - 1)
  if (link === undefined) return 'nothing'
  walk.todo.unshift(...splitPath(link))
}

/** Lets go of all but the first steps. */
async function closeSteps({ steps }: Walk, stay: number): Promise<void> {
  for (const { held } of steps.splice(stay)) await held.close()
}

function openedFile({ top, file, steps }: Walk): OpenedFile {
  const { held, at } = steps.at(-1) as HeldStep
  return {
    real: path.join('/', path.relative(top, at)),
    facts: held.facts,
    place: held.path,
    read: limit => held.read(file, limit),
  }
}
