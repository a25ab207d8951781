/** Notices about buildkitd.toml and the buildkitds that run. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Issue } from '../../model/errors.ts'
import type { Registry } from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import type { OwnedValue } from '../../ownership/managed-file.ts'
import { onOneLine } from '../../wording/printable.ts'
import { writtenNotices } from '../written-notice.ts'
import { tableOf } from './config/config-file.ts'
import { hostTables } from './config/host-tables.ts'
import { findDaemon } from './daemon-state.ts'
import { writerOf } from './other-writers.ts'
import type { BuildkitSnapshot } from './snapshot.ts'

type Untargeted = Omit<Notice, 'target'>

export function notices(
  registries: readonly Registry[],
  values: readonly OwnedValue[],
  snapshot: BuildkitSnapshot,
): readonly Notice[] {
  const found: readonly Untargeted[] = [
    ...daemonNotices(snapshot),
    ...writerNotices(values, snapshot),
    ...replacedNotices(values, snapshot),
    ...keptNotices(registries, snapshot),
  ]
  return found.map(notice => ({ ...notice, target: 'buildkit' }))
}

/** It runs in a user namespace, where any user can start one. */
const UNSEEN =
  'regmirror does not see a buildkitd without root, which reads this file when it starts: systemctl --user restart buildkit'

/** A builder of docker buildx is a container with a copy of the file, which no process outside shows. */
function daemonNotices(snapshot: BuildkitSnapshot): readonly Untargeted[] {
  const { config, daemons, onMachine, rootless } = snapshot
  const isSeen = !onMachine || findDaemon(snapshot).state === 'running'
  const message = `${rootless ? UNSEEN : 'no buildkitd runs that reads this file'}; ${builderText(config)}`
  const builders = isSeen ? [] : [{ code: 'builder_copy', message, file: config }]
  const others = daemons.others.map(({ pid, config: other }) => ({
    code: 'other_config',
    message: `buildkitd (process ${pid}) reads ${onOneLine(other)}, not ${config}`,
  }))
  return [...builders, ...(daemons.readers.length > 0 ? others : [])]
}

function builderText(config: string): string {
  return `a builder of docker buildx has a copy from when it was created: docker buildx rm NAME, then docker buildx create --name NAME --driver docker-container --buildkitd-config ${config}`
}

/** Files that no running buildkitd would read; a list that names the file decides for itself. */
export function unreadConflicts({ config, named, daemons }: BuildkitSnapshot): readonly Issue[] {
  if (named || daemons.readers.length > 0) return []
  return daemons.others.map(({ pid, config: other }) => ({
    file: config,
    message: `no running buildkitd reads this file: buildkitd (process ${pid}) reads ${onOneLine(other)}`,
    hint: `set config = ${JSON.stringify(onOneLine(other))} in [targets.buildkit]`,
  }))
}

function writerNotices(values: readonly OwnedValue[], { file }: BuildkitSnapshot): readonly Untargeted[] {
  if (values.length === 0) return []
  return writtenNotices(file, writerOf, 'may overwrite the mirrors of the list')
}

/** Values that other people or programs have set, and that the list decides on. */
function replacedNotices(
  values: readonly OwnedValue[],
  { config, file, setValues }: BuildkitSnapshot,
): readonly Untargeted[] {
  return values.flatMap(({ path, value }) => {
    const [, host = '', key = ''] = path
    const present = file && tableOf(file, host)[key]
    const isOurs = setValues.some(set => isDeepStrictEqual(set, { path, value: present }))
    if (file === undefined || present === undefined || isOurs || isDeepStrictEqual(present, value)) return []
    const message = `${key} of ${host} is ${shown(present)}, which the list does not say; regmirror sets it to ${shown(value)} and keeps the original`
    return [{ code: 'value_replaced', message, file: config, ...lineOf(file.locateKey(path)) }]
  })
}

function shown(value: unknown): string {
  return onOneLine(JSON.stringify(value))
}

function lineOf(place: { readonly line: number } | undefined): { readonly line?: number } {
  return place === undefined ? {} : { line: place.line }
}

const CERTIFICATES = ['ca', 'keypair', 'tlsconfigdir']

/** Certificates of a mirror that the list does not name: they stay. */
function keptNotices(
  registries: readonly Registry[],
  { config, file, setValues }: BuildkitSnapshot,
): readonly Untargeted[] {
  if (file === undefined) return []
  return hostTables(registries).flatMap(({ name, connection }) => {
    if (connection === undefined || connection.base.origin.startsWith('http:')) return []
    const named = { ca: connection.ca.length > 0, keypair: connection.client !== undefined }
    return CERTIFICATES.filter(key => tableOf(file, name)[key] !== undefined)
      .filter(key => !named[key as keyof typeof named])
      .filter(key => !setValues.some(({ path }) => isDeepStrictEqual(path, ['registry', name, key])))
      .map(key => ({
        code: 'certificates_kept',
        message: `${key} of ${name} is not of the list, and buildkitd uses it for this mirror; set ca or client in the list, or remove it`,
        ...{ file: config, ...lineOf(file.locateKey(['registry', name, key])) },
      }))
  })
}
