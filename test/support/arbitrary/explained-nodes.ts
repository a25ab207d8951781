/** Nodes with many directories of certs.d, and images whose pulls read them. */
import fc from 'fast-check'
import { hostsFiles } from './hosts-files.ts'

export interface ExplainedNode {
  /** The names of directories, and their hosts.toml; undefined: an empty directory. */
  readonly directories: Readonly<Record<string, string | undefined>>
  readonly images: readonly { readonly name: string; readonly repository: string }[]
}

/** How the directory of a registry is called, if it has one. */
const FORMS = ['exact', 'exact', 'exact', 'exact', 'exact', 'twin', 'both', 'none', 'empty'] as const

interface Registry {
  readonly port: boolean
  readonly form: (typeof FORMS)[number]
  readonly text: string
  readonly other: string
  /** Whether its server has what it serves; otherwise any address stands there, or none. */
  readonly served: boolean
}

/** `serving`: the address of the registry that has manifests; `digestOf`: of the manifest of a repository. */
export function explainedNode(
  { urls, serving, wild }: { urls: readonly string[]; serving: string; wild: boolean },
  digestOf: (repository: string) => string,
  count: number,
): fc.Arbitrary<ExplainedNode> {
  const text = hostsFiles({ urls, wild })
  const registry = fc.record({
    port: fc.boolean(),
    form: fc.constantFrom(...FORMS),
    text,
    other: text,
    served: fc.constantFrom(true, true, true, false),
  })
  const all = fc.array(registry, { minLength: count, maxLength: count })
  return fc.record({ all, rest: text }).map(({ all, rest }) => {
    const directories: Record<string, string | undefined> = { _default: withServer(rest, serving) }
    const images = all.flatMap((one, i) => {
      const name = nameOf(one, i)
      for (const [directory, content] of directoriesOf(one, name, serving)) directories[directory] = content
      return imagesOf(name, i, digestOf)
    })
    return { directories, images }
  })
}

function nameOf({ port }: Registry, i: number): string {
  const known = ['docker.io', 'quay.io', 'registry.k8s.io'][i]
  return known ?? `r${i}.example${port ? ':5000' : ''}`
}

function directoriesOf(
  { form, text, other, served }: Registry,
  name: string,
  serving: string,
): readonly (readonly [name: string, text: string | undefined])[] {
  const own = served ? withServer(text, serving) : text
  const twin = name.replace(/:(\d+)$/, '_$1_')
  if (form === 'none') return []
  if (form === 'empty') return [[name, undefined]]
  if (form === 'exact' || twin === name) return [[name, own]]
  return form === 'twin'
    ? [[twin, own]]
    : [
        [twin, own],
        [name, other],
      ]
}

/** A key of the root stands before every table. */
function withServer(text: string, serving: string): string {
  const [mark, rest] = text.startsWith('\ufeff') ? ['\ufeff', text.slice(1)] : ['', text]
  return `${mark}server = "${serving}"\n${rest.replace(/^server = .*\r?\n/m, '')}`
}

/** By tag, and every third one by digest too. */
function imagesOf(name: string, i: number, digestOf: (repository: string) => string) {
  const [tagged, pinned] = [`team/app${2 * i}`, `team/app${2 * i + 1}`]
  const byTag = {
    name: `${i % 4 === 1 ? name.replace('docker.io', 'index.docker.io') : name}/${tagged}`,
    repository: tagged,
  }
  const byDigest = { name: `${name}/${pinned}@${digestOf(pinned)}`, repository: pinned }
  return i % 3 === 0 ? [byTag, byDigest] : [byTag]
}
