/** Debian packages of regmirror for tests: those of a release, or the same built here, and one that Node comes in. */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Compression } from '../../../tools/release/deb/build.ts'
import { buildDebs } from '../../../tools/release/deb.ts'
import { EXECUTABLE } from '../../support/program.ts'
import { writeTree } from '../../support/tree.ts'
import { buildInto } from './single-file.ts'

/** File names in `home`: with the executable, and for machines with Node. */
export interface Debs {
  readonly regmirror: string
  readonly node: string
}

/** A folder that `npm run release` has written: `npm run test:full` tests its files. */
export const RELEASE = process.env.REGMIRROR_RELEASE

/** Both packages, with the executable that users get. */
export async function makePackages(home: string): Promise<Debs> {
  if (RELEASE === undefined) await buildPackages(home)
  else
    for (const name of globSync('*.deb', { cwd: RELEASE }))
      await fs.copyFile(`${RELEASE}/${name}`, path.join(home, name))
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const named = (pattern: string) => globSync(pattern, { cwd: home })[0] ?? ''
  return { regmirror: named(`regmirror_*_${architecture}.deb`), node: named('regmirror-node_*.deb') }
}

async function buildPackages(home: string): Promise<void> {
  const programs = EXECUTABLE === undefined ? path.join(home, 'programs') : path.dirname(EXECUTABLE)
  if (!existsSync(programs)) buildInto(programs)
  // They are installed and removed soon: compression would only take time.
  await buildVersion(home, programs, 'none')
}

/** Builds version 0.1.0 with the executables of a folder, if there are any; returns the paths. */
export async function buildVersion(
  home: string,
  programs: string,
  compression: Compression,
): Promise<readonly string[]> {
  const work = path.join(home, 'work')
  await fs.mkdir(work, { recursive: true })
  // The tests may run where there is no git.
  process.env.SOURCE_DATE_EPOCH ??= '1700000000'
  return await buildDebs({ version: '0.1.0', out: home, work, programs, compression })
}

/** The same package as version 0.2.0, with other defaults in the file that users change. */
export async function buildLater(home: string, deb: string): Promise<string> {
  const tree = path.join(home, `${deb}.later`)
  execFileSync('dpkg-deb', ['--raw-extract', path.join(home, deb), tree])
  const control = path.join(tree, 'DEBIAN/control')
  const text = await fs.readFile(control, 'utf8')
  await fs.writeFile(control, text.replace(/^Version: .*/m, 'Version: 0.2.0'))
  await fs.appendFile(path.join(tree, 'etc/regmirror/regmirror.env'), '\n# A later version.\n')
  const file = deb.replace('_0.1.0_', '_0.2.0_')
  pack(tree, path.join(home, file))
  await fs.rm(tree, { recursive: true })
  return file
}

/** A package named nodejs: the Node of a test machine belongs to no package of it. */
export async function buildNodejs(home: string): Promise<void> {
  const tree = path.join(home, 'nodejs')
  const fields = ['Package: nodejs', `Version: ${process.versions.node}-1`, 'Architecture: all']
  const about = ['Maintainer: test <test@localhost>', 'Description: test', '']
  await writeTree(tree, {
    'DEBIAN/control': [...fields, ...about].join('\n'),
    'usr/bin/node': '-> ../local/bin/node',
  })
  pack(tree, path.join(home, 'nodejs_all.deb'))
}

function pack(tree: string, file: string): void {
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, file], { stdio: 'pipe' })
}
