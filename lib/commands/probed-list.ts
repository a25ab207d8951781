/** The list that a probe of URLs writes. Pure. */
import path from 'node:path'
import { isServing } from '../health/fastest.ts'
import { LIST_DEFAULTS } from '../list/defaults.ts'
import { type CommentedMirror, type CommentedRegistry, formatList } from '../list/format-list.ts'
import { parseMirrorBase } from '../list/values/api-base.ts'
import type { WrittenConnection, WrittenList, WrittenMirror, WrittenRegistry } from '../list/written.ts'
import { isRefused } from '../model/refused.ts'
import { baseUrl } from '../model/registry.ts'
import type { Probe } from '../model/report.ts'

interface ProbedListInput {
  readonly list: WrittenList
  /** Fastest first. */
  readonly probes: readonly Probe[]
  /** Directory of the new list. */
  readonly directory: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The mirrors that serve, in the order of the probes; undefined if there is none. */
export function formatProbedList({ list, probes, directory, now }: ProbedListInput): string | undefined {
  const found = Object.entries(list.registries).map(([name, written]) => servingOf(name, written, probes))
  const registries = found.filter(({ mirrors }) => mirrors.length > 0)
  if (registries.length === 0) return undefined
  const none = found.filter(({ mirrors }) => mirrors.length === 0).map(({ name }) => name)
  const { fallback: _, capabilities = LIST_DEFAULTS.capabilities, ...connection } = list.defaults ?? {}
  return formatList({
    comments: [
      `Mirrors that served on ${new Date(now).toISOString().slice(0, 10)}, fastest first (regmirror probe --write).`,
      ...(none.length === 0 ? [] : [`No mirror served ${none.join(', ')}.`]),
      'With "resolve", a mirror decides which image a tag points to; for a mirror that you do not trust, write ["pull"].',
    ],
    defaults: { capabilities, ...besides(connection, directory) },
    registries,
  })
}

function servingOf(name: string, written: WrittenRegistry, probes: readonly Probe[]): CommentedRegistry {
  const { mirrors = [], canary } = written
  const own = probes.filter(probe => probe.registry === name && isServing(probe))
  const serving = own.flatMap((probe): CommentedMirror[] => {
    const mirror = mirrors.find(one => urlOf(one) === probe.url)
    return mirror === undefined ? [] : [{ mirror, comment: commentOf(probe) }]
  })
  return { name, mirrors: serving, ...(canary !== undefined && { canary }) }
}

function urlOf(mirror: string | WrittenMirror): string | undefined {
  const base = parseMirrorBase(typeof mirror === 'string' ? { url: mirror } : mirror)
  return isRefused(base) ? undefined : baseUrl(base)
}

function commentOf({ status, reason, latency_ms, pull_50mb_s }: Probe): string {
  const time = pull_50mb_s === undefined ? [] : [`50 MB in ${pull_50mb_s.toFixed(1)} s`]
  const latency = latency_ms === undefined ? [] : [`${Math.round(latency_ms.median)} ms`]
  const health = status === 'healthy' ? [] : [`${status}${reason === undefined ? '' : ` (${reason})`}`]
  return [...health, ...time, ...latency].join(', ')
}

/** Files of the command line as the list refers to them: beside it by name, elsewhere by their absolute path. */
function besides(connection: WrittenConnection, directory: string): WrittenConnection {
  const place = (file: string) => {
    const beside = path.relative(directory, path.resolve(file))
    return beside.startsWith('..') ? path.resolve(file) : beside
  }
  const { ca, client, header } = connection
  return {
    ...connection,
    ...(ca !== undefined && { ca: [ca].flat().map(place) }),
    ...(client?.cert !== undefined &&
      client.key !== undefined && {
        client: { cert: place(client.cert), key: place(client.key) },
      }),
    ...(header !== undefined && {
      header: Object.fromEntries(
        Object.entries(header).map(([name, value]) => [
          name,
          typeof value === 'string' || value.file === undefined ? value : { file: place(value.file) },
        ]),
      ),
    }),
  }
}
