/** `explain`: show which endpoints a pull of an image uses. */
import { Failure } from '../model/errors.ts'
import type { ExplainReport } from '../model/explain-report.ts'
import type { MirrorList } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { noticeOf } from '../pipeline/explain/compare-with-list.ts'
import { type ExplainOptions, explainImages } from '../pipeline/explain/explain-images.ts'
import { type NodeOptions, openReadable, selectTargets } from '../pipeline/open.ts'
import { openListIfAny } from '../pipeline/open-list-if-any.ts'
import { readingScope } from '../pipeline/scope.ts'
import type { RunCommand } from './command.ts'
import type { ExplainFlags } from './explain-flags.ts'

export const explain: RunCommand<ExplainFlags> = async (given, context): Promise<ExplainReport<Notice>> => {
  const { world } = context
  if (given.image.length === 0) throw NO_IMAGE
  const table = await context.targets()
  const targets = selectTargets(table, given.target)
  const { loaded, fault } = await openListIfAny(given, table, await openReadable(given), world)
  const flags = readingScope(given, loaded, table, world)
  const node = await openReadable(flags)
  const openProber = await proberFor(flags, loaded?.list, world)
  const options = { ...placeOf(flags), targets, named: flags.target, node, loaded, openProber }
  const report = await explainImages(flags.image, options, world)
  const unusable = fault === undefined ? [] : [noticeOf('list_unusable', fault)]
  return { ...report, notices: [...unusable, ...report.notices] }
}

function placeOf({ root, user }: NodeOptions): NodeOptions {
  return { root, ...(user !== undefined && { user }) }
}

/** What it needs is loaded only where something is probed. */
async function proberFor(
  { probe, timeout = '3s' }: ExplainFlags,
  list: MirrorList | undefined,
  world: World,
): Promise<ExplainOptions['openProber']> {
  if (!probe) return undefined
  const { openRouteProber } = await import('../pipeline/explain/probe-routes.ts')
  return (configured, view) => openRouteProber(configured, view, { timeout, list }, world)
}

const NO_IMAGE = new Failure('usage', [
  { message: 'no image is given', hint: 'name one, such as regmirror explain busybox' },
])
