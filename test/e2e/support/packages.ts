/** Debian packages of regmirror for tests, and a package that stands for what they depend on. */
import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { buildDebs } from '../../../tools/release/deb.ts'
import { EXECUTABLE } from '../../support/program.ts'
import { writeTree } from '../../support/tree.ts'

/** The package under test: with REGMIRROR_PROGRAM the one with the executable, otherwise the one for Node. */
export const PACKAGE = EXECUTABLE === undefined ? 'regmirror-node' : 'regmirror'

/** Builds this version into `home`; returns the file name of the package under test. */
export async function buildVersion(home: string, version: string): Promise<string> {
  const work = path.join(home, 'work')
  await fs.mkdir(work, { recursive: true })
  // The tests may run where there is no git.
  process.env.SOURCE_DATE_EPOCH ??= '1700000000'
  await buildDebs({
    ...{ version, out: home, work, compression: 'gzip' },
    programs: EXECUTABLE === undefined ? path.join(home, 'none') : path.dirname(EXECUTABLE),
  })
  const [file] = globSync(`${PACKAGE}_${version}_*.deb`, { cwd: home })
  if (file === undefined) throw new Error(`${PACKAGE} was not built`)
  return file
}

/** The Node and the libraries of a test machine belong to no package of it. */
export async function buildDependencies(home: string): Promise<string> {
  const provided = [`nodejs (= ${process.versions.node})`, 'libc6 (= 2.36)', 'libgcc-s1', 'libstdc++6 (= 12)']
  const tree = path.join(home, 'dependencies')
  const fields = [
    'Package: dependencies',
    'Version: 1',
    'Architecture: all',
    'Maintainer: test <test@localhost>',
  ]
  const control = [...fields, `Provides: ${provided.join(', ')}`, 'Description: test', ''].join('\n')
  await writeTree(tree, { 'DEBIAN/control': control, 'usr/bin/node': '-> ../local/bin/node' })
  execFileSync(
    'dpkg-deb',
    ['--root-owner-group', '-Znone', '--build', tree, path.join(home, 'dependencies.deb')],
    {
      stdio: 'pipe',
    },
  )
  return 'dependencies.deb'
}
