/** The parts of the executables as CycloneDX 1.6: packages of the bundle, Node, and what Node contains. */
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { bundledPackages } from '../licenses.ts'
import type { Order } from './order.ts'

const root = path.resolve(import.meta.dirname, '../..')

interface Component {
  readonly type: 'library' | 'application' | 'platform' | 'data'
  readonly 'bom-ref': string
  readonly name: string
  readonly version: string
  readonly [key: string]: unknown
}

/** Of `process.versions`, numbers of interfaces; data that ICU contains has versions of its own. */
const INTERFACES = ['node', 'modules', 'napi']
const DATA = ['cldr', 'tz', 'unicode']

/** `inputs` are the files of the bundle. Returns the name of the file. */
export async function writeSbom({ version, out, epoch }: Order, inputs: readonly string[]): Promise<string> {
  const packages = await packageComponents(inputs)
  const parts = [...packages, nodeComponent()]
  const regmirror = npmComponent('application', 'regmirror', version, 'Apache-2.0')
  const sbom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumberOf(parts),
    version: 1,
    metadata: { timestamp: new Date(epoch * 1000).toISOString(), component: regmirror },
    components: parts,
    dependencies: [
      { ref: regmirror['bom-ref'], dependsOn: parts.map(part => part['bom-ref']) },
      ...(await dependenciesOf(packages)),
    ],
  }
  const name = `regmirror-${version}.cdx.json`
  await fs.writeFile(path.join(out, name), `${JSON.stringify(sbom, null, 2)}\n`)
  return name
}

async function packageComponents(inputs: readonly string[]): Promise<readonly Component[]> {
  const locked = await lockedPackages()
  const bundled = await bundledPackages(root, inputs)
  return bundled.map(({ folder, name, version, license }) => ({
    ...npmComponent('library', name, version, license),
    hashes: [{ alg: 'SHA-512', content: hexDigest(locked[folder]?.integrity) }],
  }))
}

/** `sha512-` and Base64, as npm writes it. */
function hexDigest(integrity = ''): string {
  return Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')
}

function npmComponent(type: Component['type'], name: string, version: string, license: string): Component {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  return { type, 'bom-ref': purl, name, version, licenses: [{ license: { id: license } }], purl }
}

function nodeComponent(): Component {
  const version = process.versions.node
  const purl = `pkg:generic/node@${version}`
  return {
    type: 'platform',
    'bom-ref': purl,
    name: 'node',
    version,
    licenses: [{ license: { id: 'MIT' } }],
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    purl,
    components: partsOfNode(purl),
  }
}

function partsOfNode(node: string): readonly Component[] {
  const parts = Object.entries(process.versions).filter(([name]) => !INTERFACES.includes(name))
  return parts.flatMap(([name, version]) =>
    version === undefined || version === ''
      ? []
      : [
          {
            type: DATA.includes(name) ? 'data' : 'library',
            'bom-ref': `${node}#${name}`,
            name,
            version,
            purl: `pkg:generic/${name}@${encodeURIComponent(version)}`,
          } as const,
        ],
  )
}

interface Locked {
  readonly integrity?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

async function lockedPackages(): Promise<Readonly<Record<string, Locked>>> {
  return JSON.parse(await fs.readFile(path.join(root, 'package-lock.json'), 'utf8')).packages
}

/** Of the packages in the bundle, which need which. */
async function dependenciesOf(packages: readonly Component[]): Promise<readonly object[]> {
  const locked = await lockedPackages()
  return packages.map(({ name, 'bom-ref': ref }) => {
    const needed = Object.keys(locked[`node_modules/${name}`]?.dependencies ?? {})
    const dependsOn = packages.filter(other => needed.includes(other.name)).map(other => other['bom-ref'])
    return { ref, dependsOn }
  })
}

/** From what it lists, as a version 8 UUID: another release has another number, the same one has the same. */
function serialNumberOf(parts: readonly Component[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  const groups = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`]
  return `urn:uuid:${[...groups, hex.slice(20, 32)].join('-')}`
}
