/** Notices about registries.yaml, and the k3s or RKE2 that runs. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { isTable } from '../../formats/is-table.ts'
import { hideCredentials } from '../../model/hide-credentials.ts'
import type { Registry } from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import type { OwnedValue } from '../../ownership/managed-file.ts'
import { onOneLine } from '../../wording/printable.ts'
import { writtenNotices } from '../written-notice.ts'
import { hostSettings } from './config/host-settings.ts'
import { writerOf } from './other-writers.ts'
import { tableIn } from './registries-file.ts'
import type { K3sSnapshot } from './snapshot.ts'
import { templateProblem } from './template.ts'

type Untargeted = Omit<Notice, 'target'>

export function notices(
  registries: readonly Registry[],
  values: readonly OwnedValue[],
  snapshot: K3sSnapshot,
): readonly Notice[] {
  const found: readonly Untargeted[] = [
    ...nodeNotices(snapshot),
    ...templateNotices(values, snapshot),
    ...writerNotices(values, snapshot),
    ...replacedNotices(values, snapshot),
    ...keptNotices(registries, snapshot),
    ...rewriteNotices(registries, snapshot),
  ]
  return found.map(notice => ({ ...notice, target: 'k3s' }))
}

function nodeNotices(snapshot: K3sSnapshot): readonly Untargeted[] {
  const { config, distribution, node, others, named } = snapshot
  const read = node.privateRegistry ?? distribution.config
  const unread =
    read === config
      ? []
      : [
          {
            code: 'other_config',
            message: `${distribution.title} reads ${onOneLine(read)}, not ${config}; set config = ${JSON.stringify(onOneLine(read))} in [targets.k3s]`,
          },
        ]
  const second = named
    ? []
    : others.map(other => ({
        code: 'other_config',
        message: `${other.title} is on this node too, and reads ${other.config}; set config in [targets.k3s] to manage that file instead`,
      }))
  return [...unread, ...second]
}

function templateNotices(values: readonly OwnedValue[], { template }: K3sSnapshot): readonly Untargeted[] {
  const problem =
    template &&
    templateProblem(
      template.text,
      values.some(({ path }) => path[2] === 'auth'),
    )
  if (template === undefined || problem === undefined) return []
  return [{ code: 'template_without_mirrors', message: problem, file: template.path }]
}

function writerNotices(values: readonly OwnedValue[], { file }: K3sSnapshot): readonly Untargeted[] {
  if (values.length === 0) return []
  return writtenNotices(file, writerOf, 'may overwrite the mirrors of the list')
}

/** Values that other people or programs have set, and that the list decides on. */
function replacedNotices(
  values: readonly OwnedValue[],
  { config, file, setValues }: K3sSnapshot,
): readonly Untargeted[] {
  return values.flatMap(({ path, value }) => {
    const [section = '', name = '', ...keys] = path
    const last = keys.at(-1) ?? ''
    const present = file && tableIn(file, section, name, ...keys.slice(0, -1))[last]
    const isOurs = setValues.some(set => isDeepStrictEqual(set, { path, value: present }))
    if (file === undefined || present === undefined || isOurs || isDeepStrictEqual(present, value)) return []
    const isSecret = keys[0] === 'auth'
    const was = isSecret ? '' : ` is ${shown(present)}, which the list does not say;`
    const message = isSecret
      ? `${last} of ${name} is not that of the list; regmirror sets it and keeps the original`
      : `${last} of ${name}${was} regmirror sets it to ${shown(value)} and keeps the original`
    return [{ code: 'value_replaced', message, file: config, ...lineOf(file.locateKey(path)) }]
  })
}

function shown(value: unknown): string {
  return hideCredentials(onOneLine(JSON.stringify(value)))
}

function lineOf(place: { readonly line: number } | undefined): { readonly line?: number } {
  return place === undefined ? {} : { line: place.line }
}

/** Certificates and logins for a host of the list that the list does not name: they stay. */
function keptNotices(
  registries: readonly Registry[],
  { config, file, setValues }: K3sSnapshot,
): readonly Untargeted[] {
  if (file === undefined) return []
  return hostSettings(registries).flatMap(({ host, connection }) => {
    const { tls } = tableIn(file, 'configs', host)
    const named = { ca_file: connection.ca.length > 0, cert_file: connection.client !== undefined }
    return (['ca_file', 'cert_file'] as const)
      .filter(key => isTable(tls) && tls[key] !== undefined && !named[key])
      .filter(key => !setValues.some(({ path }) => isDeepStrictEqual(path, ['configs', host, 'tls', key])))
      .map(key => ({
        code: 'certificates_kept',
        message: `${key} of ${host} is not of the list, and k3s uses it for this host; set ca or client in the list, or remove it`,
        ...{ file: config, ...lineOf(file.locateKey(['configs', host, 'tls', key])) },
      }))
  })
}

/** A rewrite changes the requests to every mirror of its registry. */
function rewriteNotices(
  registries: readonly Registry[],
  { config, file }: K3sSnapshot,
): readonly Untargeted[] {
  if (file === undefined) return []
  return registries.flatMap(({ name, mirrors }) => {
    const { rewrite } = tableIn(file, 'mirrors', name)
    if (!isTable(rewrite) || Object.keys(rewrite).length === 0 || mirrors.length === 0) return []
    const message = `rewrite of ${name} changes the names of repositories for every mirror of the list; remove it, and write a prefix into the URL of the mirror that needs one: "https://host/v2/prefix"`
    return [
      {
        ...{ code: 'rewrite_kept', message, file: config, registry: name },
        ...lineOf(file.locateKey(['mirrors', name, 'rewrite'])),
      },
    ]
  })
}
