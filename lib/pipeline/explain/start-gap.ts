/** Files that a running daemon reads when it starts or is reloaded, and that were changed since. */

import { Failure } from '../../model/errors.ts'
import { readOriginal } from '../../ownership/originals.ts'
import type { State } from '../../ownership/state.ts'
import { findPending, usesItsFile } from '../../plan/pending-effects.ts'
import { isPending } from '../../plan/pending-restart.ts'
import type { Reader } from '../../system/reader.ts'
import { TICKS_PER_SECOND } from '../../system/ticks.ts'
import type { Daemon } from '../../targets/daemon.ts'
import type { Target } from '../../targets/target.ts'
import type { View } from '../../targets/view.ts'

export interface StartGap {
  /** Changed after the daemon has read them. */
  readonly changed: readonly string[]
  /** What makes the daemon read them. */
  readonly needs: 'reload' | 'restart' | undefined
  /** The files as they were before regmirror wrote them; undefined where something else has changed one. */
  readonly before: ReadonlyMap<string, Buffer | undefined> | undefined
}

/** Times of files and of processes are kept by two clocks, and a config is often written just before a start. */
const TOLERANCE_MS = 1000

const NO_GAP: StartGap = { changed: [], needs: undefined, before: undefined }

/** A runtime and its daemon on this machine. */
interface Subject {
  readonly name: string
  readonly target: Target
  readonly daemon: Daemon
}

export async function findStartGap(
  files: readonly string[],
  subject: Subject,
  view: View,
): Promise<StartGap> {
  const { machine, node, state } = view
  const { daemon } = subject
  if (machine === undefined || daemon.state !== 'running') return NO_GAP
  const clock = { ...(await machine.bootClock()), now: machine.now() }
  if (clock.ticks === undefined) return NO_GAP
  const started = clock.now - ((clock.ticks - daemon.startedAt) / TICKS_PER_SECOND) * 1000
  const isLater = (time: number) => time > started + TOLERANCE_MS && time <= clock.now
  const changed = []
  for (const file of files) {
    const facts = await node.facts(file)
    if (facts !== undefined && isLater(facts.changed)) changed.push(file)
  }
  const isOwn = (file: string) => {
    const written = state.files[file]
    return written !== undefined && isPending(written, daemon.startedAt, clock)
  }
  const needs = changed.length === 0 ? undefined : await findNeed(changed, { ...subject, daemon }, view)
  if (needs === undefined) return NO_GAP
  return {
    ...{ changed, needs },
    before: changed.every(isOwn) ? await originalsOrNone(changed, node, state) : undefined,
  }
}

/** A daemon that can be reloaded shows whether it uses its file; where it does not, the state has the reloads of regmirror. */
async function findNeed(
  changed: readonly string[],
  { name, target, daemon }: Subject & { readonly daemon: { readonly state: 'running' } },
  view: View,
): Promise<StartGap['needs']> {
  if (target.daemon.activate.reload === undefined) return 'restart'
  const isUsed = await usesItsFile(target.daemon, daemon, view.node)
  if (isUsed === true) return undefined
  const { effects } = await findPending(name, target, daemon, view)
  if (effects.has('restart')) return 'restart'
  const isKnown = changed.every(file => view.state.files[file]?.effect === 'reload')
  return isUsed === false || effects.has('reload') || !isKnown ? 'reload' : undefined
}

/** An original that is lost is no reason to explain nothing. */
async function originalsOrNone(
  ...[files, node, state]: Parameters<typeof readOriginals>
): Promise<StartGap['before']> {
  try {
    return await readOriginals(files, node, state)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return undefined
  }
}

async function readOriginals(
  files: readonly string[],
  node: Reader,
  { files: managed }: State,
): Promise<ReadonlyMap<string, Buffer | undefined>> {
  const originals = new Map<string, Buffer | undefined>()
  for (const file of files) {
    const original = managed[file]?.original ?? null
    originals.set(file, (await readOriginal(node, file, original))?.bytes)
  }
  return originals
}
