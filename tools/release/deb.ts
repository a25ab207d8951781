/**
 * The packages for Debian: `regmirror` with the executable of each architecture, and `regmirror-node` for machines with
 * Node. Needs dpkg-deb, which is on every machine with Debian or Ubuntu.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { buildDeb, type Compression } from './deb/build.ts'
import { type About, type Contents, contentsOf } from './deb/contents.ts'
import type { Package } from './deb/control.ts'
import { releaseTime } from './sources.ts'

const root = path.resolve(import.meta.dirname, '../..')

interface Order {
  readonly version: string
  /** Folders for the packages, and for work. */
  readonly out: string
  readonly work: string
  /** Where the executables are that `npm run build:single` builds. */
  readonly programs?: string
  readonly compression?: Compression
}

/** Executables by architecture: their names, and the packages that they go into. */
const PROGRAMS: readonly (readonly [file: string, named: Package])[] = [
  ['regmirror', { name: 'regmirror', architecture: 'amd64' }],
  ['regmirror-arm64', { name: 'regmirror', architecture: 'arm64' }],
]

/** Builds a package for each executable that exists, and one for Node from `dist`; returns their paths. */
export async function buildDebs(order: Order): Promise<readonly string[]> {
  if (spawnSync('dpkg-deb', ['--version']).error !== undefined) {
    console.error('no .deb is built: dpkg-deb is missing; install dpkg')
    return []
  }
  const { programs = path.join(root, 'build'), compression = 'xz' } = order
  const about = { version: order.version, maintainer: maintainer(), date: new Date(releaseTime() * 1000) }
  const build = { ...order, ...about, compression }
  const packages = [
    ...PROGRAMS.filter(([file]) => existsSync(path.join(programs, file))).map(
      ([file, named]) => [named, programContents(named, about, programs, file)] as const,
    ),
    [BUNDLED, bundleContents(about)] as const,
  ]
  const built: string[] = []
  for (const [named, contents] of packages) built.push(await buildDeb(named, await contents, build))
  return built
}

async function programContents(
  named: Package,
  about: About,
  folder: string,
  file: string,
): Promise<Contents> {
  const licenses = await fs.readFile(path.join(folder, 'THIRD-PARTY-LICENSES'), 'utf8')
  return {
    ...(await contentsOf(named, about, licenses)),
    'usr/bin/regmirror': { copy: path.join(folder, file) },
  }
}

const BUNDLED: Package = { name: 'regmirror-node', architecture: 'all' }

async function bundleContents(about: About): Promise<Contents> {
  const licenses = await fs.readFile(path.join(root, 'dist/THIRD-PARTY-LICENSES'), 'utf8')
  const files = [
    'bin/regmirror.js',
    'bin/load.js',
    'bin/package.json',
    'dist/regmirror.bundle',
    'dist/regmirror.cache',
  ]
  return {
    ...(await contentsOf(BUNDLED, about, licenses)),
    ...Object.fromEntries(
      files.map(file => [`usr/share/regmirror/${file}`, { copy: path.join(root, file) }]),
    ),
    'usr/bin/regmirror': { link: '../share/regmirror/bin/regmirror.js' },
  }
}

/** Debian's own variables name the person who builds for an archive. */
function maintainer(): string {
  const { DEBFULLNAME = 'regmirror maintainers', DEBEMAIL = 'maintainers@regmirror.invalid' } = process.env
  return `${DEBFULLNAME} <${DEBEMAIL}>`
}
