/** The licences of bundled packages, compared with the packages and with the text of the bundle. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Metafile } from 'esbuild'
import { bundle } from '../tools/bundle/bundle.ts'
import { thirdPartyLicenses } from '../tools/licenses.ts'
import { readTree, type Tree, withDirectory, writeTree } from './support/tree.ts'

const root = path.resolve(import.meta.dirname, '..')
const FILE = 'THIRD-PARTY-LICENSES'
const RULE = `\n${'-'.repeat(80)}\n\n`

/** Dependencies that are not bundled: `ajv` compiles the schema during the build, and the bundle has its own string-width. */
const NOT_BUNDLED = [
  'fast-deep-equal',
  'fast-uri',
  'get-east-asian-width',
  'json-schema-traverse',
  'require-from-string',
  'string-width',
]

describe('licences of bundled packages', () => {
  let metafile: Metafile
  let built: Tree
  let again: Tree
  let licenses: string
  let sections: Map<string, string>

  before(() =>
    withDirectory(async directory => {
      metafile = await bundle(path.join(directory, 'one'))
      await bundle(path.join(directory, 'two'))
      built = await readTree(path.join(directory, 'one'))
      again = await readTree(path.join(directory, 'two'))
      licenses = Buffer.from(built[FILE] ?? '', 'latin1').toString()
      sections = new Map(licenses.split(RULE).map(section => [section.split(' ')[0] ?? '', section]))
    }),
  )

  it('include the licence text of every package', () => {
    const packages = new Set(Object.keys(metafile.inputs).flatMap(input => packageOf(input) ?? []))
    assert.ok(packages.size > 15, [...packages].join())
    for (const name of packages) {
      const folder = path.join(root, 'node_modules', name)
      const { version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
      const section = sections.get(name) ?? ''
      assert.ok(section.startsWith(`${name} ${version}\nLicence: ${license}\n`), name)
      const [file] = globSync('{LICENSE,LICENCE,license}{,.md,.txt}', { cwd: folder })
      const text = readFileSync(path.join(folder, file as string), 'utf8').replaceAll('\r\n', '\n')
      assert.ok(section.includes(text.trim()), name)
    }
  })

  it('include every package whose code is in the bundle', () => {
    const code = Object.entries(built).flatMap(([file, text]) =>
      file.endsWith('.bundle') ? [text ?? ''] : [],
    )
    const found = [...uniqueLiterals()].filter(([, literals]) =>
      literals.some(literal => code.some(text => text.includes(literal))),
    )
    const names = found.map(([name]) => name)
    for (const name of ['@iarna/toml', 'chokidar', 'diff', 'toml-eslint-parser', 'yaml', 'yargs'])
      assert.ok(names.includes(name), `${name} is not found: the search does not work`)
    assert.deepEqual(
      names.filter(name => !sections.has(name)),
      [],
    )
  })

  it('include every package that the lock file resolves for lib, except those known to be left out', () => {
    const missing = [...closure()].filter(name => !sections.has(name))
    assert.deepEqual(missing.sort(), NOT_BUNDLED)
  })

  it('are identical in every build', () => assert.deepEqual(again, built))

  it('contain no URL outside the licence texts', () => {
    const own = licenses.split('\n').filter(line => /^(Licence:|regmirror )|^[^ ]+ \d[^ ]*$/.test(line))
    assert.equal(own.length, 2 * (sections.size - 1) + 1)
    assert.doesNotMatch(own.join('\n'), /:\/\//)
  })

  const refused: [title: string, files: Tree, message: RegExp][] = [
    ['has no licence text', { 'README.md': 'MIT' }, /node_modules\/p: no licence text; ask its authors/],
    ['has a licence text only in a subdirectory', { 'lib/LICENSE': 'x' }, /node_modules\/p: no licence text/],
    ['has a program named license', { 'license.js': 'x' }, /node_modules\/p: no licence text/],
  ]
  for (const [title, files, message] of refused) {
    it(`stop the build when a package ${title}`, () =>
      withDirectory(async home => {
        await writePackage(home, 'MIT', files)
        await assert.rejects(thirdPartyLicenses(home, ['node_modules/p/lib/a.js']), { message })
      }))
  }

  for (const license of ['MPL-2.0', 'BSD-4-Clause', 'CC-BY-4.0', undefined]) {
    it(`stop the build when a package has ${license ?? 'no licence'}`, () =>
      withDirectory(async home => {
        await writePackage(home, license, { LICENSE: 'terms' })
        await assert.rejects(thirdPartyLicenses(home, ['node_modules/p/lib/a.js']), /read its terms/)
      }))
  }

  it('include notices, and packages inside packages', () =>
    withDirectory(async home => {
      await writePackage(home, 'Apache-2.0', { LICENSE: 'terms\r\nof p\r\n', 'NOTICE.txt': 'notice of p' })
      await writePackage(path.join(home, 'node_modules/p'), 'MIT', { LICENCE: 'terms of the inner p' })
      const text = await thirdPartyLicenses(home, [
        'node_modules/p/node_modules/p/lib/b.js',
        'lib/main.ts',
        'node_modules/p/lib/a.js',
      ])
      assert.deepEqual(text.split(RULE).slice(1), [
        'p 1.0.0\nLicence: Apache-2.0\n\nLICENSE:\n\nterms\nof p\n\nNOTICE.txt:\n\nnotice of p\n',
        'p 1.0.0\nLicence: MIT\n\nLICENCE:\n\nterms of the inner p\n',
      ])
    }))
})

async function writePackage(home: string, license: string | undefined, files: Tree): Promise<void> {
  const manifest = JSON.stringify({ name: 'p', version: '1.0.0', license })
  await fs.mkdir(path.join(home, 'node_modules/p/lib'), { recursive: true })
  await writeTree(path.join(home, 'node_modules/p'), { 'package.json': manifest, ...files })
}

function packageOf(file: string): string | undefined {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(file)?.[1]
}

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>
}

/** The packages that lib imports, with all their dependencies. */
function closure(): Set<string> {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
  const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const sources = globSync('lib/**/*.ts', { cwd: root }).map(file =>
    readFileSync(path.join(root, file), 'utf8'),
  )
  const imported = (name: string) =>
    sources.some(source => new RegExp(`(from |import\\()'${name}['/]`).test(source))
  const found = new Set<string>()
  const add = (name: string) => {
    if (found.has(name)) return
    found.add(name)
    const { dependencies = {} } = packages[`node_modules/${name}`] as Locked
    for (const needed of Object.keys(dependencies)) add(needed)
  }
  for (const name of Object.keys(devDependencies).filter(imported)) add(name)
  return found
}

/** For each package that may be bundled, long literals of its code that no other package has. */
function uniqueLiterals(): Map<string, string[]> {
  const owners = new Map<string, Set<string>>()
  for (const name of closure()) {
    const folder = path.join(root, 'node_modules', name)
    for (const file of globSync('**/*.{js,mjs,cjs}', { cwd: folder })) {
      const source = readFileSync(path.join(folder, file), 'utf8')
      for (const [, , literal = ''] of source.matchAll(/(['"])([\w ,.:()-]{18,60})\1/g))
        owners.set(literal, (owners.get(literal) ?? new Set()).add(name))
    }
  }
  const unique = new Map<string, string[]>()
  for (const [literal, names] of owners) {
    const [name, ...more] = names
    if (name !== undefined && more.length === 0 && literal !== '')
      unique.set(name, [...(unique.get(name) ?? []), literal])
  }
  return unique
}
