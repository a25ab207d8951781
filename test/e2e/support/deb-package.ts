/** A package for Debian with the command of a test machine and the units, and a machine's list of installed packages. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { type Tree, writeTree } from '../../support/tree.ts'

const UNITS = path.resolve(import.meta.dirname, '../../../templates/systemd')

const control = (name: string, more: string) => `Package: ${name}
Version: 0.1.0
Architecture: all
Maintainer: regmirror <root@localhost>
Description: for a test
${more}`

/** What the package depends on, for apt to find. */
export const DPKG_STATUS: Tree = {
  'var/lib/dpkg/status': control('libc6', 'Status: install ok installed\n\n'),
  'var/lib/dpkg/available': '',
  'var/lib/dpkg/info/format': '1\n',
  'var/lib/dpkg/updates': undefined,
  'var/lib/dpkg/triggers': undefined,
  'var/lib/apt/lists/partial': undefined,
  'var/cache/apt/archives/partial': undefined,
}

/** Builds it below `home`; returns its path. */
export async function buildPackage(home: string, command: string | Buffer): Promise<string> {
  const [folder, file] = [path.join(home, 'package'), path.join(home, 'regmirror.deb')]
  const units = (await fs.readdir(UNITS)).filter(name => name.endsWith('.service'))
  const texts = await Promise.all(units.map(name => fs.readFile(path.join(UNITS, name), 'utf8')))
  await writeTree(folder, {
    'DEBIAN/control': control('regmirror', 'Depends: libc6\n'),
    'usr/bin': undefined,
    'DEBIAN/conffiles': '/etc/regmirror/regmirror.env\n',
    'etc/regmirror/regmirror.env': await fs.readFile(path.join(UNITS, 'regmirror.env'), 'utf8'),
    ...Object.fromEntries(units.map((name, nth) => [`usr/lib/systemd/system/${name}`, texts[nth]])),
  })
  await fs.writeFile(path.join(folder, 'usr/bin/regmirror'), command, { mode: 0o755 })
  execFileSync('dpkg-deb', ['--build', '-Znone', '--root-owner-group', folder, file], { stdio: 'pipe' })
  return file
}
