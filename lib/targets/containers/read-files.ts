/** Reads the files of containers/image: registries.conf, drop-ins and certificates. */
import { Failure, isDenied } from '../../model/errors.ts'
import type { Reader } from '../../system/reader.ts'
import type { ConfigFile, Layer } from './files/config-file.ts'
import { parseFile } from './files/parse-file.ts'
import type { Places } from './places.ts'
import type { CertificateDirectory } from './snapshot.ts'

export async function readConfigFiles(node: Reader, { mains, dropInDirs }: Places): Promise<ConfigFile[]> {
  const files: ConfigFile[] = []
  for (const { path, layer } of mains) {
    const facts = await factsOf(node, path)
    if (facts !== undefined) files.push(await readFile(node, path, { layer, kind: 'main', isLink: false }))
  }
  for (const { path, layer } of dropInDirs)
    for (const { name, type } of (await entriesOf(node, path, layer)) ?? []) {
      if (!name.endsWith('.conf') || type === 'directory') continue
      files.push(await readFile(node, `${path}/${name}`, { layer, kind: 'drop_in', isLink: type === 'link' }))
    }
  return files
}

/** The home of root is closed to other users: they see the node without its files. */
async function entriesOf(node: Reader, directory: string, layer: Layer) {
  try {
    return await node.entries(directory)
  } catch (error) {
    if (layer === 'user' && isDenied(error)) return undefined
    throw error
  }
}

/** Undefined too for a link that leads nowhere. */
async function factsOf(node: Reader, path: string) {
  try {
    return await node.facts(path)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

interface About {
  readonly layer: Layer
  readonly kind: ConfigFile['kind']
  readonly isLink: boolean
}

async function readFile(node: Reader, path: string, about: About): Promise<ConfigFile> {
  const isThere = !about.isLink || (await factsOf(node, path)) !== undefined
  const text = isThere ? (await node.read(path))?.toString('utf8') : undefined
  return configFile(path, text, about)
}

export function configFile(path: string, text: string | undefined, about: About): ConfigFile {
  const parsed = text === undefined ? DANGLING(path) : parseFile(path, text, about.kind)
  return { path, ...about, text, parsed }
}

const DANGLING = (file: string) => ({
  fault: { file, message: 'is a link that leads nowhere', hint: 'remove it' },
})

/** The directories of these hosts. `roots`: directories of certificates. */
export async function readCertificates(
  node: Reader,
  roots: readonly string[],
  hosts: readonly string[],
): Promise<ReadonlyMap<string, CertificateDirectory>> {
  const found = new Map<string, CertificateDirectory>()
  for (const root of roots)
    for (const host of hosts) {
      const directory = `${root}/${host}`
      const entries = await entriesOf(node, directory, 'user')
      if (entries !== undefined)
        found.set(
          directory,
          await readDirectory(
            node,
            directory,
            entries.map(({ name }) => name),
          ),
        )
    }
  return found
}

async function readDirectory(
  node: Reader,
  directory: string,
  entries: readonly string[],
): Promise<CertificateDirectory> {
  const texts = new Map<string, string>()
  for (const name of entries) {
    if (!/\.(crt|cert|key)$/.test(name)) continue
    const bytes =
      (await factsOf(node, `${directory}/${name}`))?.type === 'file'
        ? await node.read(`${directory}/${name}`)
        : undefined
    if (bytes !== undefined) texts.set(name, bytes.toString('utf8'))
  }
  return { entries, texts }
}
