/** Builds one package with dpkg-deb: the same bytes for the same contents and date. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { About, Contents, Source } from './contents.ts'
import { controlText, type Package } from './control.ts'

/** As dpkg-deb names it; tests cannot wait for the smallest file. */
export type Compression = 'xz' | 'gzip' | 'none'

const COMPRESSION = { xz: ['-Zxz'], gzip: ['-Zgzip', '-z1'], none: ['-Znone'] } as const

interface Build extends About {
  readonly out: string
  readonly work: string
  readonly compression: Compression
}

/** Returns the path of the package. */
export async function buildDeb(named: Package, contents: Contents, build: Build): Promise<string> {
  const { version, date, out, compression } = build
  const tree = path.join(build.work, `${named.name}_${named.architecture}`)
  await fs.rm(tree, { recursive: true, force: true })
  for (const [file, source] of Object.entries(contents)) await place(path.join(tree, file), source)
  await writeControl(tree, named, contents, build)
  await setModesAndTimes(tree, date)
  const file = path.join(out, `${named.name}_${version}_${named.architecture}.deb`)
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(Math.floor(date.getTime() / 1000)) }
  await promisify(execFile)(
    'dpkg-deb',
    ['--root-owner-group', ...COMPRESSION[compression], '--build', tree, file],
    {
      env,
    },
  )
  await fs.rm(tree, { recursive: true })
  return file
}

async function place(file: string, source: Source): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true })
  if ('link' in source) await fs.symlink(source.link, file)
  else if ('copy' in source) await fs.copyFile(source.copy, file)
  else await fs.writeFile(file, source.text)
}

async function writeControl(tree: string, named: Package, contents: Contents, about: About): Promise<void> {
  const names = Object.keys(contents).sort()
  const own = names.filter(file => file.startsWith('etc/')).map(file => `/${file}\n`)
  const texts = {
    control: controlText({ ...named, ...about, size: await sizeOf(tree, names) }),
    conffiles: own.join(''),
    md5sums: (await Promise.all(names.map(name => sumLine(tree, name)))).join(''),
  }
  const control = path.join(tree, 'DEBIAN')
  await fs.mkdir(control)
  for (const [name, text] of Object.entries(texts)) await fs.writeFile(path.join(control, name), text)
  for (const script of ['postinst', 'prerm', 'postrm'])
    await fs.copyFile(path.join(import.meta.dirname, script), path.join(control, script))
}

/** In KiB, each file rounded up and one for each directory, as dpkg-gencontrol counts. */
async function sizeOf(tree: string, names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    names.map(async name => Math.ceil((await fs.lstat(path.join(tree, name))).size / 1024)),
  )
  const directories = new Set(names.flatMap(above))
  return sizes.reduce((sum, size) => sum + size, directories.size)
}

function above(file: string): readonly string[] {
  const directory = path.dirname(file)
  return directory === '.' ? [] : [directory, ...above(directory)]
}

async function sumLine(tree: string, name: string): Promise<string> {
  const file = path.join(tree, name)
  if ((await fs.lstat(file)).isSymbolicLink() || name.startsWith('etc/')) return ''
  return `${createHash('md5')
    .update(await fs.readFile(file))
    .digest('hex')}  ${name}\n`
}

/** Whatever the umask and the modes of the checkout are. */
async function setModesAndTimes(tree: string, date: Date): Promise<void> {
  for (const entry of await fs.readdir(tree, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (!entry.isSymbolicLink()) await fs.chmod(file, entry.isDirectory() || isProgram(file) ? 0o755 : 0o644)
    await fs.lutimes(file, date, date)
  }
  await fs.chmod(tree, 0o755)
  await fs.utimes(tree, date, date)
}

function isProgram(file: string): boolean {
  return /\/(usr\/bin\/[^/]+|bin\/regmirror\.js|DEBIAN\/(postinst|prerm|postrm)|mkosi\.postinst)$/.test(file)
}
