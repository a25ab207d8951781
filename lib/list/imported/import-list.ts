/** A mirror list of what the files of a node say: its text, the files beside it, and what it cannot hold. */
import type { FoundRegistry, Loss, ReadBack } from '../../model/read-back.ts'
import type { KnownTargets } from '../../model/target-settings.ts'
import { formatList } from '../format-list.ts'
import { dropInvalid } from './drop-invalid.ts'
import { type ListedFile, openNames } from './file-names.ts'
import { mergeRegistries } from './merge-registries.ts'
import { pemFiles } from './pem-files.ts'
import { type WrittenEntry, withoutUsualServer, writeRegistry } from './write-registry.ts'

export interface ImportedList {
  /** Undefined where there is nothing to list. */
  readonly text: string | undefined
  readonly registries: number
  readonly mirrors: number
  /** Files that the list refers to, beside it. */
  readonly files: readonly ListedFile[]
  readonly losses: readonly Loss[]
}

export interface ImportOptions {
  /** Lines at the top of the list. */
  readonly comments: readonly string[]
  readonly targets: KnownTargets
  /** The text of a certificate or key, or why it cannot be read. */
  readPem(file: string): Promise<{ readonly text: string } | { readonly why: string }>
}

export async function importList(
  { registries, losses }: ReadBack,
  { comments, targets, readPem }: ImportOptions,
): Promise<ImportedList> {
  const merged = mergeRegistries(registries)
  const read = await readAll(merged.registries, readPem)
  const names = openNames()
  const written = merged.registries.map(registry => writeRegistry(registry, { pem: read, names }))
  const valid = await dropInvalid(neededEntries(written), names.files(), targets)
  const needed = neededEntries(valid.entries).toSorted((a, b) => rank(a) - rank(b))
  const listed = listedTargets(needed, Object.keys(targets))
  const entries = needed.map(entry => withTargets(entry, listed))
  const all = [...losses, ...merged.losses, ...written.flatMap(entry => entry.losses), ...valid.losses]
  return {
    text:
      entries.length === 0
        ? undefined
        : formatList({
            ...{ comments, registries: entries.map(entry => entry.listed) },
            targets: isDefault(listed, targets) ? [] : listed,
          }),
    registries: entries.length,
    mirrors: entries.flatMap(({ listed }) => listed.mirrors).length,
    files: usedFiles(names.files(), entries),
    losses: all,
  }
}

/** The runtimes that have some of these registries, in the order of the table. */
function listedTargets(entries: readonly WrittenEntry[], known: readonly string[]): readonly string[] {
  return known.filter(name => entries.some(({ listed }) => listed.targets?.includes(name)))
}

/** A list that names no runtime is for the first one of the table. */
function isDefault(listed: readonly string[], known: KnownTargets): boolean {
  return listed.length === 1 && listed[0] === Object.keys(known)[0]
}

/** A registry that every runtime of the list has needs no `targets`. */
function withTargets({ listed, ...entry }: WrittenEntry, all: readonly string[]): WrittenEntry {
  const { targets, ...rest } = listed
  const isForAll = targets === undefined || all.every(name => targets.includes(name))
  return { ...entry, listed: isForAll ? rest : listed }
}

/** A registry without mirrors needs an entry only for its server, or beside `*`; `*` needs mirrors. */
function neededEntries(entries: readonly WrittenEntry[]): readonly WrittenEntry[] {
  const all = entries.map(({ listed, ...rest }) => ({ ...rest, listed: withoutUsualServer(listed) }))
  const hasAny = all.some(({ listed: { name, mirrors } }) => name === '*' && mirrors.length > 0)
  return all.filter(
    ({ listed: { name, mirrors, server } }) =>
      mirrors.length > 0 || (name !== '*' && (hasAny || server !== undefined)),
  )
}

/** docker.io first, `*` last. */
function rank({ listed: { name } }: WrittenEntry): number {
  return name === 'docker.io' ? 0 : name === '*' ? 2 : 1
}

async function readAll(registries: readonly FoundRegistry[], readPem: ImportOptions['readPem']) {
  const read = new Map<string, Awaited<ReturnType<ImportOptions['readPem']>>>()
  for (const file of pemFiles(registries)) read.set(file, await readPem(file))
  return read
}

/** What was dropped needs no file. */
function usedFiles(files: readonly ListedFile[], entries: readonly WrittenEntry[]): readonly ListedFile[] {
  const text = JSON.stringify(entries.map(({ listed }) => listed))
  return files.filter(({ name }) => text.includes(JSON.stringify(name)))
}
