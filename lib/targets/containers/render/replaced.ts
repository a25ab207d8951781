/** What becomes of tables that those of regmirror replace: kept, reported, or a reason to write nothing. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Notice } from '../../../model/report.ts'
import type { MirrorEntry, RegistryTable } from '../files/config-file.ts'
import { mirrorEndpoints, serverEndpoint } from './locations.ts'
import { headOf, type Replacing } from './tables.ts'

/** Mirrors that pulls use now, and would not use any more. */
export function lostMirrors(tables: readonly Replacing[]): readonly Issue[] {
  return tables.flatMap(({ registry, former }) => {
    const listed = new Set(mirrorEndpoints(registry).map(({ location }) => location))
    const lost = former.flatMap(table =>
      table.mirrors.filter(({ location }) => !listed.has(location)).map(mirror => ({ table, mirror })),
    )
    return lost.map(one => lostMirror(one, registry.name))
  })
}

function lostMirror({ table, mirror }: { table: RegistryTable; mirror: MirrorEntry }, name: string): Issue {
  const message = `the table of regmirror would replace this mirror of ${name}: ${mirror.location}`
  const hint = `add it to the list (regmirror import prints its entry), or replace it: --take-over`
  return { file: table.file, line: mirror.line ?? table.line, message, hint }
}

/** The same where a person has decided so, in this run or before. */
export function replacedNotices(tables: readonly Replacing[]): readonly Notice[] {
  return lostMirrors(tables).map(({ file, line, message }) => ({
    ...{
      code: 'mirror_replaced',
      target: 'containers',
      message: message.replace('would replace', 'replaces'),
    },
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
  }))
}

/** What the tables of regmirror keep of tables that they replace. */
export function keptNotices(tables: readonly Replacing[]): readonly Notice[] {
  return tables.flatMap(one => one.former.flatMap(table => keptOf(one, table)))
}

function keptOf(one: Replacing, table: RegistryTable): readonly Notice[] {
  const { registry } = one
  const head = headOf(one)
  const server = serverEndpoint(registry)
  const kept = [
    ...(table.blocked && registry.fallback
      ? [`blocked = true, so that pulls use only the mirrors of the list`]
      : []),
    ...(table.insecure && head.insecure && !server ? ['insecure = true'] : []),
    ...(table.prefix === registry.name && head.location !== registry.name && !server
      ? [`location = "${head.location}"`]
      : []),
    ...(table.digestOnly ? ['mirror-by-digest-only, as pull-from-mirror of each mirror'] : []),
  ]
  return kept.map(what => notice(table, registry.name, 'table_kept', `regmirror keeps ${what}`))
}

/** Tables with a longer prefix, which pulls of some repositories use instead. */
export function longerPrefixes(
  tables: readonly Replacing[],
  others: readonly RegistryTable[],
): readonly Notice[] {
  return tables.flatMap(({ registry: { name } }) =>
    others
      .filter(({ prefix }) => prefix.startsWith(`${name}/`))
      .map(table => notice(table, name, 'longer_prefix', longerText(table))),
  )
}

function longerText({ prefix, mirrors }: RegistryTable): string {
  const own =
    mirrors.length === 0
      ? 'without a mirror'
      : `with its own mirrors: ${mirrors.map(one => one.location).join(', ')}`
  return `pulls below ${prefix} use this table, ${own}; remove it if they must use the list`
}

function notice({ file, line }: RegistryTable, registry: string, code: string, message: string): Notice {
  return { code, message, target: 'containers', registry, file, ...(line !== undefined && { line }) }
}
