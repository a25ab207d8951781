/** `probe` without a list: which of these mirrors serves, and which one is the fastest. */
import path from 'node:path'
import { fastestFirst, isServing } from '../health/fastest.ts'
import { listDirectories } from '../list/list-directories.ts'
import { completeMadeList } from '../list/made-list.ts'
import { hostScope } from '../list/reference-scope.ts'
import { isAllowed, type ReferenceScope } from '../list/referenced-file.ts'
import type { WrittenList } from '../list/written.ts'
import { Failure } from '../model/errors.ts'
import type { Probe, ProbeReport } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { canaryNotices } from '../pipeline/canary-notices.ts'
import { selectTargets } from '../pipeline/open.ts'
import { openListProber } from '../pipeline/probe-list.ts'
import { probeNotices } from '../pipeline/probe-notices.ts'
import { openLiveTable } from '../reporters/live.ts'
import { createOutputFile, refuseExisting } from '../system/output-file.ts'
import { openReader } from '../system/reader.ts'
import type { Context } from './command.ts'
import { readPresetList } from './preset-list.ts'
import type { ProbeFlags } from './probe-flags.ts'
import { formatProbedList } from './probed-list.ts'
import { refuseOtherName } from './toml-name.ts'
import { argumentFailure, makeUrlList, withEveryCapability } from './url-list.ts'

/** Needs nothing of a node: neither root nor containerd nor a list. */
export async function probeUrls(flags: ProbeFlags, context: Context): Promise<ProbeReport> {
  const { world } = context
  const file = await checkOutput(flags, world)
  const written = makeUrlList(flags, await readPreset(flags.preset))
  const table = await context.targets()
  const list = await completeMadeList(withEveryCapability(written), openReader('/'), {
    ...world,
    now: world.now(),
    allowFilesFrom: directoriesOf(flags),
    directories: listDirectories(world),
    targets: table,
    failure: problems => argumentFailure(problems, flags.url.length),
  })
  const depth = flags.depth ?? 'blob'
  const openProgress = openLiveTable(flags.format, world)
  const place = { root: undefined, targets: selectTargets(table, flags.target), openProgress }
  const { probed } = await openListProber(place, world)(list, { ...flags, depth, isTyped: true })
  const probes = fastestFirst(probed.probes)
  const notices = [
    ...canaryNotices(list, depth, 'add --image NAME'),
    ...probeNotices(list, probes, '--image NAME'),
  ]
  const report = {
    version: 1,
    kind: 'probe',
    ...probed,
    probes,
    fastest: fastestOf(probes),
    notices,
  } as const
  return file === undefined ? report : await writeList(file, report, written, context)
}

/** Before the probes, which take a while. */
async function checkOutput(flags: ProbeFlags, world: World): Promise<string | undefined> {
  const file = flags.write
  if (file === undefined) return undefined
  refuseOtherName(file)
  const host = openReader('/')
  const directories = listDirectories(world)
  const options = { allowFilesFrom: [], directories, env: {}, uid: world.uid }
  const scope = hostScope(host, path.dirname(path.resolve(file)), options)
  await refuseFilesElsewhere(filesOf(flags), scope)
  await refuseExisting(host, path.resolve(file), file)
  return file
}

/** Files that the new list may not name need a flag at every command that reads it. */
async function refuseFilesElsewhere(files: readonly string[], scope: ReferenceScope): Promise<void> {
  const checked = await Promise.all(files.map(async file => ((await isAllowed(scope, file)) ? [] : [file])))
  const message = `must be beside the list of --write, or in ${scope.lists.join(' or ')}`
  const hint = `copy it to ${scope.directory} first, and name the copy`
  const issues = checked.flat().map(file => ({ file, message, hint }))
  if (issues.length > 0) throw new Failure('usage', issues)
}

async function readPreset(name: string | undefined): Promise<WrittenList | undefined> {
  return name === undefined ? undefined : await readPresetList(name)
}

/** Files that the command line names are allowed wherever they are. */
function directoriesOf(flags: ProbeFlags): readonly string[] {
  return filesOf(flags).map(file => path.dirname(file))
}

function filesOf({ ca, clientCert, clientKey, headerFile }: ProbeFlags): readonly string[] {
  const headers = headerFile.map(given => given.slice(given.indexOf('=') + 1))
  return [...ca, clientCert ?? [], clientKey ?? [], ...headers].flat().map(file => path.resolve(file))
}

function fastestOf(probes: readonly Probe[]): NonNullable<ProbeReport['fastest']> {
  const byRegistry = Map.groupBy(probes.filter(isServing), ({ registry }) => registry)
  return [...byRegistry].flatMap(([registry, [first]]) => (first ? { registry, mirror: first.url } : []))
}

async function writeList(
  file: string,
  report: ProbeReport,
  list: WrittenList,
  { world }: Context,
): Promise<ProbeReport> {
  const absolute = path.resolve(file)
  const { probes, notices } = report
  const text = formatProbedList({ list, probes, directory: path.dirname(absolute), now: world.now() })
  if (text === undefined) {
    const none = { code: 'nothing_written', message: `no mirror serves, so ${file} was not written` }
    return { ...report, notices: [...notices, none] }
  }
  await createOutputFile(openReader('/'), absolute, text, world.uid === 0)
  return { ...report, file }
}
