/** The files of a package: where each one is on a node, and where it comes from. */
import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { completionScript } from '../../../lib/commands/completion/completion-script.ts'
import { commands, loadTargets } from '../../../lib/commands/index.ts'
import { readKnownNames } from '../../../lib/commands/known-names.ts'
import { manPages } from '../man/pages.ts'
import { debianChangelog } from './changelog.ts'
import type { Package } from './control.ts'
import { copyrightText } from './copyright.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const inRoot = async (file: string) => await readFile(path.join(root, file), 'utf8')

/** A file by its path in the package. */
export type Contents = Readonly<Record<string, Source>>
export type Source =
  | { readonly text: string | Buffer }
  | { readonly copy: string }
  | { readonly link: string }

export interface About {
  readonly version: string
  readonly maintainer: string
  readonly date: Date
}

/** Every file but the program itself. `licenses` is the text of THIRD-PARTY-LICENSES of what the package holds. */
export async function contentsOf({ name }: Package, about: About, licenses: string): Promise<Contents> {
  const changelog = debianChangelog(await inRoot('CHANGELOG.md'), { name, ...about })
  const doc = `usr/share/doc/${name}`
  return {
    [`${doc}/copyright`]: { text: copyrightText(licenses) },
    [`${doc}/changelog.gz`]: { text: compressed(changelog) },
    [`usr/share/lintian/overrides/${name}`]: {
      text: await readFile(path.join(import.meta.dirname, `${name}.lintian-overrides`)),
    },
    'etc/regmirror/regmirror.env': { copy: path.join(root, 'templates/systemd/regmirror.env') },
    'usr/share/regmirror/schema.json': { copy: path.join(root, 'schema.json') },
    ...copies('docs/*.md', file => `${doc}/${path.basename(file)}`),
    ...copies('templates/!(systemd)/**', file => `usr/share/regmirror/${file}`),
    ...copies('templates/*.json', file => `usr/share/regmirror/${file}`),
    ...(await units()),
    ...(await pages(about)),
    ...(await completions()),
  }
}

function copies(pattern: string, to: (file: string) => string): Contents {
  const files = globSync(pattern, { cwd: root, withFileTypes: true }).filter(entry => entry.isFile())
  const all = files.map(entry => path.relative(root, path.join(entry.parentPath, entry.name)))
  const names = all.filter(file => !file.includes('/__pycache__/'))
  return Object.fromEntries(names.map(file => [to(file), { copy: path.join(root, file) }]))
}

/** The units, with the paths of this package. */
async function units(): Promise<Contents> {
  const names = ['regmirror-watch.service', 'regmirror-bootstrap.service']
  const texts = names.map(async name => [
    `usr/lib/systemd/system/${name}`,
    { text: packagedUnit(await inRoot(`templates/systemd/${name}`)) },
  ])
  return Object.fromEntries(await Promise.all(texts))
}

function packagedUnit(unit: string): string {
  return unit
    .replace(/^# Install: .*\n/m, '')
    .replace(/^Description=.*$/m, '$&\nDocumentation=man:regmirror(1)')
    .replace(/^# regmirror must be in the PATH[\s\S]*?paths\.\n/m, '')
    .replaceAll('/usr/bin/env ', '/usr/bin/')
}

async function pages({ version, date }: About): Promise<Contents> {
  const list = JSON.parse(await inRoot('schema.json'))
  const found = manPages({ commands, list, version, date }).map(({ name, section, text }) => [
    `usr/share/man/man${section}/${name}.gz`,
    { text: compressed(text) },
  ])
  return Object.fromEntries(found)
}

async function completions(): Promise<Contents> {
  const names = await readKnownNames(loadTargets)
  return {
    'usr/share/bash-completion/completions/regmirror': { text: completionScript('bash', commands, names) },
    'usr/share/zsh/vendor-completions/_regmirror': { text: completionScript('zsh', commands, names) },
    'usr/share/fish/vendor_completions.d/regmirror.fish': { text: completionScript('fish', commands, names) },
  }
}

/** As gzip -9n does: without a name and a time. */
function compressed(text: string): Buffer {
  return gzipSync(text, { level: 9 })
}
