/** Leaves out what the rules of a list refuse: the list that remains is valid. */
import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../../model/errors.ts'
import type { Path, Problem } from '../../model/problem.ts'
import type { Loss } from '../../model/read-back.ts'
import type { KnownTargets } from '../../model/target-settings.ts'
import { findProblems, type ParsedList } from '../complete-list.ts'
import type { CommentedMirror, CommentedRegistry } from '../format-list.ts'
import type { WrittenList, WrittenMirror, WrittenRegistry } from '../written.ts'
import type { ListedFile } from './file-names.ts'
import { BESIDE, filesBeside } from './files-beside.ts'
import type { WrittenEntry } from './write-registry.ts'

interface Valid {
  readonly entries: readonly WrittenEntry[]
  readonly losses: readonly Loss[]
}

/** Each round leaves something out, so there is an end. */
export async function dropInvalid(
  written: readonly WrittenEntry[],
  files: readonly ListedFile[],
  targets: KnownTargets,
): Promise<Valid> {
  const scope = filesBeside(files)
  let entries = written
  const losses: Loss[] = []
  while (entries.length > 0) {
    const { problems } = await findProblems(parsedList(entries), scope, targets)
    if (problems.length === 0) return { entries, losses }
    losses.push(...problems.map(problem => lossOf(problem, entries)))
    const left = entries.flatMap(entry =>
      remaining(
        entry,
        problems.map(({ path }) => path),
      ),
    )
    if (isDeepStrictEqual(left, entries))
      throw new Error(`the imported list stays invalid: ${problems[0]?.message}`)
    entries = left
  }
  return { entries, losses }
}

function parsedList(entries: readonly WrittenEntry[]): ParsedList {
  return {
    value: listOf(entries),
    format: 'toml',
    file: '',
    path: undefined,
    place: () => ({ file: '', line: 0, column: 0 }),
    failure: problems =>
      new Failure(
        'bug',
        problems.map(({ message }) => ({ message })),
      ),
  }
}

function listOf(entries: readonly WrittenEntry[]): WrittenList {
  const registries = entries.map(({ listed: { name, comments: _, mirrors, ...rest } }) => [
    name,
    { ...rest, mirrors: mirrors.map(({ mirror }) => mirror) },
  ])
  const targets = new Set(entries.flatMap(({ listed }) => listed.targets ?? []))
  return {
    version: 1,
    registries: Object.fromEntries(registries),
    ...(targets.size > 0 && { targets: Object.fromEntries([...targets].map(name => [name, {}])) }),
  }
}

/** What stays of an entry. A mirror or a server goes when its URL is refused, otherwise only its key. */
function remaining(entry: WrittenEntry, paths: readonly Path[]): readonly WrittenEntry[] {
  const { found, listed } = entry
  const own = paths.filter(([, name]) => name === listed.name).map(path => path.slice(2))
  if (own.length === 0) return [entry]
  if (own.some(([key]) => key === undefined)) return []
  const mirrors = listed.mirrors.map((mirror, i) => without(mirror, keysAt(own, 'mirrors', i)))
  const kept = <T>(_: T, i: number) => mirrors[i] !== undefined
  const { server, fallback, ...rest } = listed
  const left = remainingServer(server, keysAt(own, 'server', undefined))
  const next: CommentedRegistry = {
    ...rest,
    mirrors: mirrors.filter(mirror => mirror !== undefined),
    ...(left !== undefined && { server: left }),
    ...(fallback !== undefined && !own.some(([key]) => key === 'fallback') && { fallback }),
  }
  return [{ ...entry, found: { ...found, mirrors: found.mirrors.filter(kept) }, listed: next }]
}

function remainingServer(server: WrittenRegistry['server'], keys: readonly string[] | undefined) {
  if (keys === undefined || server === undefined) return server
  return typeof server === 'string' ? undefined : withoutKeys(server, keys)
}

/** The refused keys of an endpoint; undefined where none is. */
function keysAt(
  paths: readonly Path[],
  list: 'mirrors' | 'server',
  index: number | undefined,
): readonly string[] | undefined {
  const below = paths
    .filter(([key, i]) => key === list && (index === undefined || i === index))
    .map(path => String(path[index === undefined ? 1 : 2] ?? 'url'))
  return below.length === 0 ? undefined : below
}

function without(listed: CommentedMirror, keys: readonly string[] | undefined): CommentedMirror | undefined {
  if (keys === undefined) return listed
  if (typeof listed.mirror === 'string') return undefined
  const mirror = withoutKeys(listed.mirror, keys)
  return mirror === undefined
    ? undefined
    : { ...listed, mirror: Object.keys(mirror).length === 1 ? mirror.url : mirror }
}

function withoutKeys(endpoint: WrittenMirror, keys: readonly string[]): WrittenMirror | undefined {
  if (keys.includes('url') || keys.includes('base')) return undefined
  const left = Object.entries(endpoint).filter(([key]) => !keys.includes(key))
  return { url: endpoint.url, ...Object.fromEntries(left) }
}

function lossOf({ path, message, hint }: Problem, entries: readonly WrittenEntry[]): Loss {
  const [, name, list, index] = path
  const entry = entries.find(({ listed }) => listed.name === name)
  const mirror = list === 'mirrors' && typeof index === 'number' ? entry?.found.mirrors[index] : undefined
  const endpoint = list === 'server' ? entry?.found.server : mirror
  const at = (endpoint ?? entry?.found)?.at
  const what = path.slice(list === 'mirrors' ? 4 : 2).join('.')
  return {
    ...at,
    registry: String(name),
    message: `a list cannot have this${what === '' ? '' : ` ${what}`}: ${message.replaceAll(`${BESIDE}/`, '')}`,
    hint,
  }
}
