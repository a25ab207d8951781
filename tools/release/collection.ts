/**
 * The Ansible collection as `ansible-galaxy collection build` packs it, but with the same bytes each time: Ansible writes
 * the time and the user of the build into the archive.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { parse } from 'yaml'
import { digestOf } from './checksums.ts'
import type { Order } from './order.ts'
import { sourceFiles } from './sources.ts'

const SOURCE = path.resolve(import.meta.dirname, '../../templates/ansible')
const FORMAT = 1

/** As ansible-galaxy writes what galaxy.yml leaves out. */
const NOT_SAID = { license_file: null, documentation: null, homepage: null, issues: null }

/** Returns the name of the archive. */
export async function buildCollection({ version, out, work, epoch }: Order): Promise<string> {
  const { build_ignore, ...about } = parse(await fs.readFile(path.join(SOURCE, 'galaxy.yml'), 'utf8'))
  if (about.version !== version) throw new Error(`galaxy.yml: version ${about.version}; set it to ${version}`)
  const folder = path.join(work, 'collection')
  for (const file of packedFiles(build_ignore)) await place(file, folder)
  await writeManifests(folder, { ...NOT_SAID, ...about })
  const name = `${about.namespace}-${about.name}-${version}.tar.gz`
  await fs.writeFile(path.join(out, name), await promisify(gzip)(await tarOf(folder, epoch), { level: 9 }))
  return name
}

/** Without what a run of the tests leaves in between. */
function packedFiles(ignored: readonly string[]): readonly string[] {
  const isIgnored = (name: string) =>
    ignored.some(pattern => name.split('/').some(part => path.matchesGlob(part, pattern)))
  return sourceFiles(SOURCE).filter(name => name !== 'galaxy.yml' && !isIgnored(name))
}

async function place(file: string, folder: string): Promise<void> {
  const to = path.join(folder, file)
  await fs.mkdir(path.dirname(to), { recursive: true })
  await fs.copyFile(path.join(SOURCE, file), to)
}

/** FILES.json has the digest of each file, and MANIFEST.json that of FILES.json. */
async function writeManifests(folder: string, about: object): Promise<void> {
  const names = (await fs.readdir(folder, { recursive: true })).sort()
  const files = await Promise.all(['.', ...names].map(name => entryOf(folder, name)))
  await writeJson(path.join(folder, 'FILES.json'), { files, format: FORMAT })
  const manifest = {
    collection_info: about,
    file_manifest_file: await entryOf(folder, 'FILES.json'),
    format: FORMAT,
  }
  await writeJson(path.join(folder, 'MANIFEST.json'), manifest)
}

async function entryOf(folder: string, name: string): Promise<object> {
  const file = path.join(folder, name)
  if ((await fs.stat(file)).isDirectory())
    return { name, ftype: 'dir', chksum_type: null, chksum_sha256: null, format: FORMAT }
  return { name, ftype: 'file', chksum_type: 'sha256', chksum_sha256: await digestOf(file), format: FORMAT }
}

async function writeJson(file: string, value: object): Promise<void> {
  await fs.writeFile(file, `${JSON.stringify(value, null, 1)}\n`)
}

async function tarOf(folder: string, epoch: number): Promise<Buffer> {
  const owner = ['--owner=root:0', '--group=root:0', '--numeric-owner']
  const same = ['--format=ustar', '--sort=name', `--mtime=@${epoch}`, '--mode=u=rwX,go=rX', ...owner]
  const names = (await fs.readdir(folder)).sort()
  return execFileSync('tar', ['-c', '-C', folder, ...same, ...names], { maxBuffer: 2 ** 30 })
}
