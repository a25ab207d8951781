/** What a watcher does to the node at a time: as much of what `apply` does as needs nobody to decide. */
import path from 'node:path'
import { applyPlan, isDone } from '../apply/apply.ts'
import { hideSecrets } from '../formats/secrets.ts'
import { Failure } from '../model/errors.ts'
import type { MirrorList } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { readState, type State } from '../ownership/state.ts'
import { makePlan, type Plan } from '../plan/plan.ts'
import { planReport } from '../plan/report.ts'
import { openTree, type Reader, type Writer } from '../system/files.ts'
import type { Choices } from '../targets/target.ts'
import type { Event } from '../watch/events.ts'
import type { Reconciled } from '../watch/host/host.ts'
import { finish, type LockOptions, withLock } from './lock.ts'
import { chosenTargets, machineOf, type Options, openView } from './open.ts'

export interface Work {
  readonly node: Writer
  /** What others are told of this watcher; no other tells the same. */
  readonly holder: string
  /** Directories that were made for the state. */
  readonly made: readonly string[]
  readonly options: Options & Choices & LockOptions
  readonly world: World
  readonly tell: (event: Event) => void
}

/** As much of a plan as may be done now, and the paths of the rest. */
interface Share {
  readonly plan: Plan
  readonly left: readonly string[]
}

/** The line that `apply` walks, for as much of the plan as may be done. */
export async function walk(list: MirrorList, scope: 'all' | 'immediate', work: Work): Promise<Reconciled> {
  const { node, options, world } = work
  const planned = async () => {
    const view = await openView(options, node, world)
    return shareOf(await makePlan(list, chosenTargets(options), view, options), scope)
  }
  const write = async (made: readonly string[]) => {
    const share = await planned()
    const bootClock = machineOf(options, world)?.bootClock
    const occasion = { command: 'apply' as const, now: world.now(), bootClock, made: [...work.made, ...made] }
    await applyPlan(share.plan, node, occasion)
    return share
  }
  const silent = () => {}
  const finished = await finish('watch', node, options, world, silent)
  const first = await planned()
  if (isDone(first.plan)) return await walkedOf(first, finished, list, work)
  const { result, notices } = await withLock('watch', node, options, world, write, silent)
  return await walkedOf(result, [...finished, ...notices], list, work)
}

/** What needs a restart to act is somebody's decision; until it is written, a restart would do harm. */
function shareOf(whole: Plan, scope: 'all' | 'immediate'): Share {
  const steps = whole.steps.filter(step => scope === 'all' || step.effect === 'immediate')
  const left = whole.steps.filter(step => !steps.includes(step)).map(step => step.path)
  if (left.length === 0) return { plan: whole, left }
  // What is done about them is told of the files that are left.
  const notices = whole.notices.filter(({ file }) => file === undefined || !left.includes(file))
  return { plan: { ...whole, steps, notices, reload: [], restart: [], forgets: [] }, left }
}

async function walkedOf(
  { plan, left }: Share,
  notices: readonly Notice[],
  list: MirrorList,
  { node, options }: Work,
): Promise<Reconciled> {
  const seesRestarts = options.root === undefined
  const report = planReport('apply', plan)
  return { report, notices, pendingFiles: left, seesRestarts, hosts: await hostsOf(list, node) }
}

async function hostsOf(list: MirrorList, node: Writer): Promise<Reconciled['hosts']> {
  const { files } = await readState(node)
  const found = new Map<string, { path: string; text: string }>()
  for (const { name } of list.registries) {
    const [file, managed] = Object.entries(files).find(([, { registry }]) => registry === name) ?? []
    const bytes = file === undefined ? undefined : await node.read(file)
    const [, text] = hideSecrets(undefined, bytes?.toString('utf8'), managed?.format)
    if (file !== undefined && text !== undefined) found.set(name, { path: file, text })
  }
  return found
}

/** Where the list, what it names, and what we have written may change; as this machine knows the places. */
export async function placesOf(
  listFile: string | undefined,
  { files }: State,
  { node, options, world }: Work,
) {
  const onNode = (directory: string) => path.join(node.root, directory)
  const managed = Object.entries(files).flatMap(([file, { bundle }]) =>
    bundle === undefined ? [path.dirname(file)] : [bundle, path.dirname(bundle)],
  )
  const here = openTree('/')
  const named = listFile ?? options.file
  const list = named === undefined || named === 'stdin' ? undefined : path.resolve(named)
  // A link may lead to where others keep the list.
  const beside = list === undefined ? [] : [list, await realOf(list, here)].map(file => path.dirname(file))
  const credentials = world.env.CREDENTIALS_DIRECTORY
  const sources = [
    ...beside,
    onNode('/etc/regmirror'),
    ...options.allowFilesFrom,
    ...(credentials ? [credentials] : []),
  ]
  const places = [...sources, ...managed.map(onNode)]
  const there = await Promise.all(places.map(async place => (await here.facts(place))?.type === 'directory'))
  return places.filter((_, i) => there[i])
}

/** Itself where links lead nowhere: that the list cannot be read is told when it is read. */
async function realOf(file: string, here: Reader): Promise<string> {
  return await here.real(file).catch(error => {
    if (!(error instanceof Failure)) throw error
    return file
  })
}
