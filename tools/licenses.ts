/** The licences of the packages in the bundle: their terms must come with their code. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

/** Licences that only require their text to be included. A person has to read any other one first. */
const KNOWN = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']

const LICENSE = /^(licen[cs]e|copying|unlicense)/i
const NOTICE = /^(notice|copyright|authors|patents)\b/i
const RULE = `\n${'-'.repeat(80)}\n\n`

interface Bundled {
  /** `node_modules/yargs`, relative to the root of the project. */
  readonly folder: string
  readonly name: string
  readonly version: string
  /** SPDX identifier. */
  readonly license: string
  readonly texts: readonly string[]
}

/**
 * One text with the name, version, licence and notices of each package in a bundle, sorted by name.
 * `inputs` are the paths that esbuild's metafile lists, relative to `root`.
 * Throws where a package has no licence text, or a licence that is not in `KNOWN`.
 */
export async function thirdPartyLicenses(root: string, inputs: readonly string[]): Promise<string> {
  const packages = await bundledPackages(root, inputs)
  return ['regmirror contains code of these packages, under these terms.\n', ...packages.map(sectionOf)].join(
    RULE,
  )
}

/** The packages that the inputs are of, sorted by name. */
export async function bundledPackages(root: string, inputs: readonly string[]): Promise<readonly Bundled[]> {
  const folders = new Set(inputs.flatMap(input => packageOf(input) ?? []))
  const packages = await Promise.all([...folders].map(folder => readPackage(root, folder, inputs)))
  return packages.toSorted((a, b) => compare(a.name, b.name) || compare(a.folder, b.folder))
}

/** The folder of the package that a bundled file belongs to: a package may lie in another's `node_modules`. */
function packageOf(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0]
}

async function readPackage(root: string, folder: string, inputs: readonly string[]): Promise<Bundled> {
  const { name, version, license } = JSON.parse(
    await readFile(path.join(root, folder, 'package.json'), 'utf8'),
  )
  if (!KNOWN.includes(license)) {
    throw new Error(
      `${folder}: licence ${license}; read its terms, then add it to KNOWN in tools/licenses.ts`,
    )
  }
  const own = inputs.filter(input => packageOf(input) === folder)
  const files = (await Promise.all(foldersOf(folder, own).map(at => textsIn(root, at)))).flat()
  if (!files.some(file => path.dirname(file) === folder && LICENSE.test(path.basename(file)))) {
    throw new Error(`${folder}: no licence text; ask its authors for one, or remove the package`)
  }
  const texts = files.map(file => titled(path.relative(folder, file), path.join(root, file)))
  return { folder, name, version, license, texts: await Promise.all(texts) }
}

/** Every folder from that of the package down to its bundled files: parts of a package may have terms of their own. */
function foldersOf(folder: string, files: readonly string[]): string[] {
  const above = (file: string): string[] => (file === folder ? [] : [...above(path.dirname(file)), file])
  return [folder, ...new Set(files.flatMap(file => above(path.dirname(file))))].sort(compare)
}

async function textsIn(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true })
  return entries
    .filter(entry => entry.isFile() && (LICENSE.test(entry.name) || NOTICE.test(entry.name)))
    .filter(({ name }) => !/\.[cm]?[jt]s$/.test(name))
    .map(({ name }) => path.join(folder, name))
    .sort(compare)
}

async function titled(title: string, file: string): Promise<string> {
  const text = await readFile(file, 'utf8')
  return `${title}:\n\n${text.replaceAll('\r\n', '\n').trim()}\n`
}

function sectionOf({ name, version, license, texts }: Bundled): string {
  return [`${name} ${version}\nLicence: ${license}\n`, ...texts].join('\n')
}

/** By code units: the same order whatever the language of the machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
