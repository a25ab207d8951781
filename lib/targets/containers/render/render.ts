/** The files that a list needs: the drop-in, and certificates. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Registry } from '../../../model/registry.ts'
import type { Effect, Notice } from '../../../model/report.ts'
import { hasBanner } from '../../../ownership/banner.ts'
import type { Choices } from '../../choices.ts'
import type { DesiredFile, Rendering } from '../../target.ts'
import type { ConfigFile } from '../files/config-file.ts'
import { doubtedNotices, serviceNotices } from '../program-notices.ts'
import { configFile } from '../read-files.ts'
import type { Snapshot } from '../snapshot.ts'
import { blockedMirrors } from './blocked-mirrors.ts'
import { certificateConflicts, certificateFiles } from './certificates.ts'
import { formatDropIn } from './drop-in.ts'
import { certificateIssues, hiddenConflicts, loneNotices } from './hidden-certificates.ts'
import { endpointsOf, hostIn } from './locations.ts'
import { allOtherTables, formerTables, ownNames } from './other-tables.ts'
import { keptNotices, longerPrefixes, lostMirrors, replacedNotices } from './replaced.ts'
import { headConflicts, locationConflicts, type Replacing, tableOf } from './tables.ts'
import { brokenFiles, fileNotices, hidingConflicts, replacedByOthers } from './unused.ts'

export function render(registries: readonly Registry[], snapshot: Snapshot, choices: Choices): Rendering {
  const tables = registries.map(registry => ({ registry, former: formerTables(snapshot, registry.name) }))
  const certificates = certificateFiles(registries, snapshot)
  const text = formatDropIn(tables.map(tableOf))
  const effect = findEffect(snapshot)
  // What was taken over before stays so: pulls do not use those mirrors now.
  const own = ownNames(snapshot)
  const isDecided = ({ registry }: Replacing) => choices.takeOver || own.has(registry.name)
  const dropIn = dropInFile(text, tables, certificates, effect, snapshot)
  return {
    files: registries.length === 0 ? unrecorded(snapshot, effect) : [...certificates, dropIn],
    notices: [...noticesOf(tables, certificates, snapshot), ...replacedNotices(tables.filter(isDecided))],
    conflicts:
      registries.length === 0
        ? []
        : [...conflictsOf(tables, text, snapshot), ...lostMirrors(tables.filter(one => !isDecided(one)))],
    effect,
    held: [],
    kept: [],
  }
}

function conflictsOf(tables: readonly Replacing[], text: string, snapshot: Snapshot): readonly Issue[] {
  const registries = tables.map(({ registry }) => registry)
  const { dropIn: path, layer } = snapshot.places
  const dropIn: ConfigFile = configFile(path, text, { layer, kind: 'drop_in', isLink: false })
  return [
    ...locationConflicts(registries),
    ...certificateConflicts(registries),
    ...headConflicts(tables),
    ...blockedMirrors(tables, allOtherTables(snapshot)),
    ...brokenFiles(snapshot),
    ...hidingConflicts(snapshot),
    ...replacedByOthers(registries, dropIn, snapshot),
    ...hiddenConflicts(registries, snapshot),
    ...certificateIssues(registries, snapshot),
  ]
}

function noticesOf(
  tables: readonly Replacing[],
  certificates: readonly DesiredFile[],
  snapshot: Snapshot,
): readonly Notice[] {
  const hosts = new Set(
    tables.flatMap(({ registry }) => endpointsOf(registry).map(one => hostIn(one.location))),
  )
  return [
    ...serviceNotices(snapshot),
    ...doubtedNotices(snapshot),
    ...fileNotices(snapshot),
    ...keptNotices(tables),
    ...longerPrefixes(tables, allOtherTables(snapshot)),
    ...loneNotices([...hosts], snapshot, new Set(certificates.map(({ path }) => path))),
    ...tables.flatMap(({ registry }) => insecureServer(registry)),
  ]
}

/** The loss table has one row for all TLS settings of a server. */
function insecureServer({ name, server }: Registry): readonly Notice[] {
  if (server?.declared !== true || !server.skipVerify) return []
  const message =
    'Podman and CRI-O have one key for http and for https without verification; pulls also try http where https to the server fails (insecure = true)'
  return [{ code: 'list_lossy', message, target: 'containers', registry: name }]
}

/** The programs read the files at each call; CRI-O reads drop-ins when it is reloaded. */
function findEffect({ programs: { crio } }: Pick<Snapshot, 'programs'>): Effect {
  return crio === undefined || crio.reloads ? 'immediate' : 'reload'
}

function dropInFile(
  content: string,
  tables: readonly Replacing[],
  certificates: readonly DesiredFile[],
  effect: Effect,
  { places }: Snapshot,
): DesiredFile {
  return {
    path: places.dropIn,
    content,
    secret: false,
    effect,
    why: whyDropIn(tables),
    after: certificates.map(({ path }) => path),
    owns: { kind: 'whole', format: 'toml' },
  }
}

/** A drop-in with a banner that the state does not have, because it was lost or the tree was copied: it is removed. */
function unrecorded({ files, places, written }: Snapshot, effect: Effect): readonly DesiredFile[] {
  const path = places.dropIn
  const text = files.find(file => file.path === path)?.text
  if (text === undefined || written.includes(path) || !hasBanner(Buffer.from(text))) return []
  const about = { path, secret: false, effect, why: 'no longer in the list' }
  return [{ ...about, content: undefined, owns: { kind: 'whole', format: 'toml' } }]
}

function whyDropIn(tables: readonly Replacing[]): string {
  const names = tables.map(({ registry }) => registry.name)
  const shown = names.slice(0, 3).join(', ')
  return `mirrors for ${names.length > 3 ? `${shown} and ${names.length - 3} more` : shown}`
}
