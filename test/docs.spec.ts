/** The documents are correct: their lists are valid, their commands, flags and links exist. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { dashedFlags, typedName } from '../lib/commands/flag-types.ts'
import { commands } from '../lib/commands/index.ts'
import { HEALTHS } from '../lib/health/health.ts'
import { run } from './support/run.ts'
import { withDirectory } from './support/tree.ts'

const root = path.resolve(import.meta.dirname, '..')
const documents = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort()
const text = (document: string) => readFileSync(path.join(root, document), 'utf8')
const blocks = (document: string, language: string) =>
  [...text(document).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, block]) => block ?? '',
  )

/** The anchors of its headings. */
const anchorsOf = (document: string) =>
  [...text(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

/** Every name in the code, in the schemas and in the templates; of those that the code composes, the results. */
const names = new Set([
  ...globSync(['lib/**/*.ts', 'schema.json', 'templates/report.schema.json', 'templates/**/*.{yml,py}'], {
    cwd: root,
  }).flatMap(file => text(file).match(/\w+/g) ?? []),
  ...['mirror', 'server'].flatMap(endpoint => HEALTHS.map(health => `${endpoint}_${health}`)),
  ...['healthy', 'degraded', 'unhealthy', 'unknown'].map(status => `registry_${status}`),
])

const read = (pattern: string) =>
  globSync(pattern, { cwd: root })
    .map(file => text(file))
    .join('\n')
const found = (code: string, pattern: RegExp) =>
  [...new Set([...code.matchAll(pattern)].map(match => match.slice(1).find(Boolean) ?? ''))].sort()
/** The files that a list names, beside it. */
async function writeReferences(list: string, directory: string): Promise<void> {
  const pem = (name: string) => (/client/.test(name) ? name.replace(/^.*client/, 'client') : 'ca.pem')
  for (const [, name = ''] of list.matchAll(/"([\w.-]+\.pem)"/g))
    await fs.copyFile(path.join(root, 'fixtures/tls', pem(name)), path.join(directory, name))
  for (const [, name = ''] of list.matchAll(/file = "([\w.-]+)"/g))
    await fs.writeFile(path.join(directory, name), 'test\n', { mode: 0o600 })
}

describe('documents', () => {
  const all = documents.map(text).join('\n')
  const documented = (name: string) => all.includes(`\`${name}\``)
  const undocumented = (names: readonly string[], what: string) => {
    assert.ok(names.length > 10, what)
    return names.filter(name => !documented(name))
  }

  it('have every flag', () => {
    const flags = commands.flatMap(({ flags }) => dashedFlags(flags).map(([name]) => typedName(name)))
    const isDocumented = (flag: string) => new RegExp(`--(no-)?${flag}(?![a-z-])`).test(all)
    assert.deepEqual(
      [...new Set(flags)].filter(flag => !isDocumented(flag)),
      [],
    )
  })

  it('have every code of a notice and of an error', () => {
    const code = read('lib/**/*.ts')
    const notices = found(
      code,
      /\bcode: '([a-z_]+)'|[nN]otice(?:s|About)?\(\s*(?:[\w.()[\]]+,\s*)*'([a-z_]+)'/g,
    )
    const lints = found(read('lib/list/lints/*-lints.ts'), /^ {2}([a-z]+(?:_[a-z]+)+)(?:: |\()/gm)
    const errors = found(/type ErrorCode =(?:\s*\|?\s*'[a-z_]+')+/.exec(code)?.[0] ?? '', /'([a-z_]+)'/g)
    assert.ok(lints.includes('http_mirror') && errors.includes('bug'))
    assert.deepEqual(undocumented([...notices, ...lints, ...errors], 'codes'), [])
  })

  it('have every event of a watcher', () => {
    const events = found(read('lib/watch/**/*.ts'), /\bevent: '([a-z_]+)'/g)
    assert.deepEqual(undocumented(events, 'events'), [])
  })

  for (const document of documents) {
    blocks(document, 'toml').forEach((list, i) => {
      it(`list ${i + 1} of ${document} is valid`, () =>
        withDirectory(async directory => {
          const file = path.join(directory, 'mirrors.toml')
          await fs.writeFile(file, list)
          await writeReferences(list, directory)
          const { code, stderr } = await run(['validate', '-f', file])
          assert.equal(code, 0, stderr)
        }))
    })

    it(`links of ${document} exist`, () => {
      for (const [, link = '', anchor] of text(document).matchAll(
        /\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g,
      )) {
        const file = link === '' ? document : path.join(path.dirname(document), link)
        assert.ok(existsSync(path.join(root, file)), link)
        if (anchor !== undefined) assert.ok(anchorsOf(file).includes(anchor), `${file}#${anchor}`)
      }
    })

    it(`events, notices, metrics, reasons and keys of ${document} exist`, () => {
      const written = text(document).matchAll(/(?<=`)[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?=`|\{| = )/g)
      assert.deepEqual(
        [...written].map(([name]) => name).filter(name => !names.has(name)),
        [],
      )
    })

    it(`scripts and commands of ${document} exist`, async () => {
      const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
      for (const [, script] of text(document).matchAll(/npm run ([\w:]+)/g))
        assert.ok(script && script in scripts, script)
      const help = (await run(['--help'])).stdout
      const inBlocks = [
        ...blocks(document, 'sh')
          .join('\n')
          .matchAll(/^regmirror (\w+)/gm),
      ]
      for (const [, command] of [...inBlocks, ...text(document).matchAll(/`regmirror (\w+)/g)])
        assert.match(help, new RegExp(`^  regmirror ${command} `, 'm'))
    })

    it(`flags of ${document} exist`, async () => {
      const help = (await Promise.all(commands.map(({ name }) => run([name, '--help']))))
        .map(({ stdout }) => stdout)
        .join('')
      // Of the single file only; test/e2e/single.spec.ts runs it.
      const ofSingleFile = '--licenses'
      const others =
        /npm|npx|apt-get|GOLDEN|ansible-|git |gpg |sha256sum|curl |kubectl|buildah|buildx|dockerd|systemctl|cloud-init|base64|buildkitd-config|dockerd|registry-(endpoint|mirror)|private-registry/
      const lines = text(document)
        .split('\n')
        .filter(line => !others.test(line))
      for (const [flag] of lines.join('\n').matchAll(/(?<=[\s`])--[a-z][a-z-]+/g)) {
        const known = flag === '--diff' ? '--check' : flag.replace(/^--no-/, '--')
        assert.ok(help.includes(known) || flag === ofSingleFile, flag)
      }
    })
  }
})
