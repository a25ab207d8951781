/** Names without a registry, as Podman, Buildah and CRI-O complete them (image/pkg/shortnames/shortnames.go@image/v5.39.2). Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { stringsIn } from '../../../formats/table-values.ts'
import type { Issue } from '../../../model/errors.ts'
import { type ConfigFile, isParsed } from '../files/config-file.ts'
import { isRegistryHost } from '../files/references.ts'
import { keyOf } from '../files/shape.ts'

/** The full name, and which others may be pulled; or why the pull fails. */
export type FullName =
  | { readonly name: string; readonly others: readonly Issue[] }
  | { readonly failure: Issue }

/** `files` in the order in which they are merged. */
export function completeName(text: string, files: readonly ConfigFile[]): FullName {
  const [, name = text, rest = ''] = /^([^:@]*)(.*)$/.exec(text) ?? []
  if (text.includes('/') && isRegistryHost(text.split('/', 1)[0] ?? '')) return { name: text, others: [] }
  const alias = aliasOf(name, files)
  if (alias !== undefined) return { name: alias + rest, others: [] }
  const found = searchList(files)
  const [first, ...others] = found?.registries ?? []
  if (first === undefined) return { failure: { ...(found && { file: found.file }), ...NOWHERE } }
  return { name: `${first}/${text}`, others: others.map(registry => alternative(registry, text)) }
}

const NOWHERE = {
  message: 'the name has no registry, and no alias or unqualified-search-registries completes it',
  hint: 'write the registry, such as docker.io/library/busybox',
}

function alternative(registry: string, text: string): Issue {
  return { message: `Podman also tries ${registry}/${text} where the first one has no such image` }
}

/** An empty image takes an earlier alias back. */
function aliasOf(name: string, files: readonly ConfigFile[]): string | undefined {
  const values = files.map(({ parsed }) => {
    const key = isParsed(parsed) ? keyOf(parsed.value, 'aliases') : undefined
    const aliases = isParsed(parsed) && key !== undefined ? parsed.value[key] : undefined
    return isTable(aliases) && Object.hasOwn(aliases, name) ? aliases[name] : undefined
  })
  const last = values.findLast((value): value is string => typeof value === 'string')
  return last === '' ? undefined : last
}

/** Of the last file that has one. */
function searchList(
  files: readonly ConfigFile[],
): { readonly file: string; readonly registries: readonly string[] } | undefined {
  const lists = files.flatMap(({ path, parsed }) => {
    const value = isParsed(parsed) ? parsed.value : {}
    const key = keyOf(value, 'unqualified-search-registries')
    return key === undefined ? [] : [{ file: path, registries: stringsIn(value[key]) }]
  })
  return lists.at(-1)
}
