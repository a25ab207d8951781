/**
 * A file opened for root. Every directory on the way is held by a descriptor and judged before the next name is looked up
 * in it; links are followed as links.ts does by name. So what was judged is what is read, whoever renames meanwhile.
 */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import { factsOf, hold, holdDirectory, readBounded, readLink } from './disk.ts'
import type { FileFacts, Held } from './file-facts.ts'
import { type Distrust, distrustOf, outsiderIn, type Reading, type Stop } from './file-trust.ts'
import { leadsInCircle, leadsOut, MAX_LINKS, stepsOf } from './links.ts'

/** Something that was found at a path, to be read while it is held. */
export interface Opened {
  /** The path with every link followed, as seen from the top. */
  readonly real: string
  readonly facts: FileFacts
  /** Its name for the system; for root it is the same file as long as it is held, whoever renames meanwhile. */
  readonly place: string
  /** Bytes of a regular file; fails on all else and over `limit` bytes. */
  read(limit: number): Promise<Buffer>
}

interface Step extends Stop {
  readonly held: Held
}

/** Where a walk has got to. `steps` are the directories from the top down. */
interface Walk {
  readonly top: string
  readonly file: string
  readonly reading: Reading
  readonly steps: Step[]
  readonly todo: string[]
  links: number
}

/** Uses what stands at `file` as seen from `top`, undefined when nothing does, or why root does not read it. */
export async function descend<T>(
  top: string,
  file: string,
  use: (found: Opened | Distrust | undefined) => Promise<T>,
): Promise<T> {
  const reading = { file: path.join(top, file), outsider: outsiderIn(await uidMap(file)) }
  const walk: Walk = { top, file, reading, steps: [], todo: stepsOf(path.resolve('/', file)), links: 0 }
  try {
    return await use(await walkDown(walk))
  } finally {
    await leave(walk, 0)
  }
}

/** Also how we know that descriptors have names. */
async function uidMap(file: string): Promise<string> {
  if ((await factsOf('/proc/self/fd'))?.type !== 'directory') {
    const message = 'cannot check who can write it: /proc is not mounted'
    throw new Failure('io', [{ file, message, hint: 'mount -t proc proc /proc' }])
  }
  // Kernels without user namespaces have none.
  return (await readBounded('/proc/self/uid_map', file, 65536))?.toString() ?? ''
}

async function walkDown(walk: Walk): Promise<Opened | Distrust | undefined> {
  const wrong = await enter(walk, await holdDirectory(`${walk.top}/.`), walk.top)
  if (wrong !== undefined || walk.steps.length === 0) return wrong
  for (let name = walk.todo.shift(); name !== undefined; name = walk.todo.shift()) {
    const wrong = name === '..' ? await goUp(walk) : await goDown(walk, name)
    if (wrong !== undefined) return wrong === 'nothing' ? undefined : wrong
  }
  return openedOf(walk)
}

async function goUp(walk: Walk): Promise<undefined> {
  if (walk.steps.length < 2) throw leadsOut(walk.file)
  await leave(walk, walk.steps.length - 1)
}

async function goDown(walk: Walk, name: string): Promise<Distrust | 'nothing' | undefined> {
  const above = walk.steps.at(-1) as Step
  if (above.facts.type !== 'directory') return 'nothing'
  const place = `${above.held.path}/${name}`
  const onWay = walk.todo.length > 0 ? await holdDirectory(place) : undefined
  const held = onWay ?? (await hold(place))
  if (held === undefined) return 'nothing'
  const wrong = await enter(walk, held, path.join(above.at, name))
  if (wrong !== undefined || held.facts.type !== 'link') return wrong
  return await followLink(walk, await readLink(place))
}

/** Judges what is held; from then on it is let go with the walk. */
async function enter(walk: Walk, held: Held | undefined, at: string): Promise<Distrust | undefined> {
  if (held === undefined) return undefined
  const above = walk.steps.at(-1)
  const { facts } = held
  const open = facts.type !== 'link' && (facts.mode & 0o022) !== 0 && !(await held.isReadOnly())
  const step = { at, facts, open, held }
  walk.steps.push(step)
  return distrustOf(step, above, walk.reading)
}

async function followLink(walk: Walk, link: string | undefined): Promise<'nothing' | undefined> {
  walk.links += 1
  if (walk.links > MAX_LINKS) throw leadsInCircle(walk.file)
  await leave(walk, link?.startsWith('/') ? 1 : walk.steps.length - 1)
  if (link === undefined) return 'nothing'
  walk.todo.unshift(...stepsOf(link))
}

/** Lets go of all but the first steps. */
async function leave({ steps }: Walk, stay: number): Promise<void> {
  for (const { held } of steps.splice(stay)) await held.close()
}

function openedOf({ top, file, steps }: Walk): Opened {
  const { held, at } = steps.at(-1) as Step
  return {
    real: path.join('/', path.relative(top, at)),
    facts: held.facts,
    place: held.path,
    read: limit => held.read(file, limit),
  }
}
