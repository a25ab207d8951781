/** Files of a node that keep pulls from using the drop-in. Pure. */
import path from 'node:path'
import type { Issue } from '../../../model/errors.ts'
import type { Registry } from '../../../model/registry.ts'
import type { Notice } from '../../../model/report.ts'
import { type ConfigFile, isParsed } from '../files/config-file.ts'
import { loadOrder, mainFile, mergedTables } from '../files/load-order.ts'
import { findTable } from '../files/match.ts'
import { whyRefused } from '../files/refused.ts'
import { type Loading, loadingsOf } from '../release.ts'
import type { Snapshot } from '../snapshot.ts'

type Files = Pick<Snapshot, 'files' | 'places' | 'release'>

/** Other files that make every pull fail, whatever regmirror writes. */
export function brokenFiles(snapshot: Files): readonly Issue[] {
  const read = new Set(
    loadingsOf(snapshot.release).flatMap(loading => loadOrder(otherFiles(snapshot), loading)),
  )
  return [...read].flatMap(file => whyRefused(file, snapshot.release))
}

function otherFiles({ files, places }: Pick<Snapshot, 'files' | 'places'>): readonly ConfigFile[] {
  return files.filter(({ path }) => path !== places.dropIn)
}

/** `dropIn`: the drop-in as it will be. */
export function replacedByOthers(
  registries: readonly Registry[],
  dropIn: ConfigFile,
  snapshot: Files,
): readonly Issue[] {
  const files = [...otherFiles(snapshot), dropIn]
  const found = loadingsOf(snapshot.release).flatMap(loading =>
    isHidden(files, dropIn, loading)
      ? namesakes(files, dropIn, loading)
      : winners(registries, files, loading),
  )
  const issues = found.filter(({ file }) => file !== dropIn.path)
  return issues.filter((issue, i) => issues.findIndex(other => isSame(other, issue)) === i)
}

function isHidden(files: readonly ConfigFile[], dropIn: ConfigFile, loading: Loading): boolean {
  return !loadOrder(files, loading).includes(dropIn)
}

/** A file of the same name in a directory of the user, which Podman 6 reads instead. */
function namesakes(files: readonly ConfigFile[], dropIn: ConfigFile, loading: Loading): readonly Issue[] {
  const name = path.posix.basename(dropIn.path)
  return loadOrder(files, loading)
    .filter(file => loading === 'by_name' && path.posix.basename(file.path) === name)
    .map(file => ({
      file: file.path,
      message: `is read instead of ${dropIn.path} since Podman 6`,
      hint: 'remove it',
    }))
}

function isSame(a: Issue, b: Issue): boolean {
  return a.file === b.file && a.line === b.line && a.message === b.message
}

/** The table that a pull of each registry would use. */
function winners(
  registries: readonly Registry[],
  files: readonly ConfigFile[],
  loading: Loading,
): readonly Issue[] {
  const tables = mergedTables(loadOrder(files, loading))
  return registries.flatMap(({ name }) => {
    const table = findTable(tables, name)
    if (table === undefined) return []
    const message = `pulls of ${name} would use this table instead of that of regmirror, because this file is read later`
    const hint = 'move its mirrors to the list, then remove the table'
    return [{ file: table.file, line: table.line, message, hint }]
  })
}

/** A registries.conf of the user, root too, hides everything in /etc/containers up to Podman 5. */
export function hidingFile({ files, places, release }: Files): ConfigFile | undefined {
  if (places.layer === 'user' || !loadingsOf(release).includes('by_directory')) return undefined
  const main = mainFile(files, 'by_directory')
  return main?.layer === 'user' ? main : undefined
}

export function hidingConflicts(snapshot: Files): readonly Issue[] {
  const hiding = snapshot.release === undefined ? undefined : hidingFile(snapshot)
  if (hiding === undefined) return []
  const message = `root's Podman reads this file instead of everything in /etc/containers, so it would not read ${snapshot.places.dropIn}`
  return [
    {
      file: hiding.path,
      message,
      hint: 'move its settings to /etc/containers/registries.conf, and remove it',
    },
  ]
}

export function fileNotices(snapshot: Files): readonly Notice[] {
  const hiding = snapshot.release === undefined ? hidingFile(snapshot) : undefined
  const hidden =
    'up to Podman 5, root reads this file instead of everything in /etc/containers; move its settings there, and remove it'
  const old = snapshot.files.find(({ parsed }) => isParsed(parsed) && parsed.isVersion1)
  const version1 =
    'this file has the tables of version 1, with which every pull of Podman 6 fails; write [[registry]] tables'
  return [
    ...(hiding === undefined ? [] : [notice(hiding, 'user_file', hidden)]),
    ...(old === undefined ? [] : [notice(old, 'version_1_file', version1)]),
  ]
}

function notice({ path }: ConfigFile, code: string, message: string): Notice {
  return { code, message, target: 'containers', file: path }
}
