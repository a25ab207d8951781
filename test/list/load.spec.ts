/** Where a list is read from, what it may refer to, and that every invalid list is an explained failure. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import type { LoadOptions } from '../../lib/list/load.ts'
import { failureOf, load, loadText, problemsOf, ROOT } from '../support/load.ts'
import { needRoot } from '../support/namespace.ts'
import { run } from '../support/run.ts'
import { withDirectory, writeTree } from '../support/tree.ts'

const LIST = 'version = 1\n[registries."docker.io"]\n'
const TLS = path.join(ROOT, 'fixtures/tls')

/** A list of one mirror with these keys. */
const withMirror = (keys: string) => `${LIST}mirrors = [{ url = "https://a.example", ${keys} }]\n`

/** Loads `mirrors.toml` of a directory that holds these files. */
async function inDirectory<T>(
  tree: Record<string, string>,
  use: (load: LoadIn, directory: string) => Promise<T>,
) {
  return await withDirectory(async directory => {
    await writeTree(directory, tree)
    return await use(
      (more = {}) => load({ file: path.join(directory, 'mirrors.toml'), allowFilesFrom: [], ...more }),
      directory,
    )
  })
}
type LoadIn = (more?: Partial<LoadOptions> & { root?: string }) => ReturnType<typeof load>

describe('finding the list', () => {
  it('reads the default list of the node, also under --root', () =>
    inDirectory(
      { 'etc/regmirror/mirrors.yml': 'version: 1\nregistries: { docker.io: {} }\n' },
      async (_, root) => {
        const { file, list } = await load({ root })
        assert.equal(file, path.join(root, 'etc/regmirror/mirrors.yml'))
        const { place } = list.registries[0] ?? {}
        assert.deepEqual([place?.file, place?.line, place?.column], [file, 2, 15])
      },
    ))

  it('refuses two default lists', () =>
    inDirectory(
      { 'etc/regmirror/mirrors.toml': LIST, 'etc/regmirror/mirrors.json': '{}' },
      async (_, root) => {
        const failure = await failureOf(load({ root }))
        assert.match(failure.message, /mirrors\.json: .*mirrors\.toml is also a default list/)
      },
    ))

  it('reports the path of a missing default list', () =>
    inDirectory({ 'etc/hosts': '' }, async (_, root) => {
      const failure = await failureOf(load({ root }))
      assert.equal(failure.code, 'io')
      assert.match(
        failure.message,
        /no list found: .*\/etc\/regmirror\/mirrors\.\{toml,yaml,yml,json\} does not exist/,
      )
    }))

  it('uses the file extension or the format option', () =>
    inDirectory({ 'mirrors.toml': LIST, list: LIST }, async (_, directory) => {
      const file = path.join(directory, 'list')
      assert.equal((await failureOf(load({ file }))).code, 'usage')
      assert.equal((await load({ file, format: 'toml' })).list.registries.length, 1)
      assert.match(
        (await failureOf(load({ file, format: 'json' }))).message,
        /:1:1: this is TOML, but it is read as JSON/,
      )
      assert.equal((await failureOf(load({ file: '-' }))).code, 'usage')
      assert.equal((await loadText(LIST)).file, 'stdin')
    }))

  it('refuses files that are too large, directories and missing files', () =>
    inDirectory({ 'mirrors.toml': '#'.repeat(16 * 1024 * 1024 + 1) }, async (here, directory) => {
      assert.match((await failureOf(here())).message, /mirrors\.toml: is 16777217 bytes; the limit is 16 MiB/)
      assert.match(
        (await failureOf(loadText('#'.repeat(16 * 1024 * 1024 + 1)))).message,
        /^stdin: is larger than 16 MiB, the limit of a list/,
      )
      assert.match((await failureOf(load({ file: directory, format: 'toml' }))).message, /is a directory/)
      const none = `${directory}/no.toml`
      assert.match(
        (await failureOf(load({ file: none }))).message,
        /does not exist; check -f; without -f, regmirror reads /,
      )
      const { stderr } = await run(['validate', '--root', directory, '-f', none])
      assert.match(stderr, /does not exist; check -f: it is a path on this machine, not below --root/)
    }))

  it('refuses other encodings', async () => {
    assert.deepEqual(await problemsOf(loadText(Buffer.from(`\ufeff${LIST}`, 'utf16le'))), [
      '1:1: is UTF-16; save it as UTF-8',
    ])
    assert.deepEqual(await problemsOf(loadText(Buffer.from([0x61, 0x0a, 0xff]))), [
      '2: is not UTF-8; save it as UTF-8',
    ])
    assert.deepEqual(await problemsOf(loadText('\n \t\n# nothing\n')), [
      'is empty; start with the output of regmirror init',
    ])
  })

  it('as root, reads only files that only root can write', async function () {
    needRoot(this)
    await inDirectory({ 'mirrors.toml': LIST }, async (here, directory) => {
      const file = path.join(directory, 'mirrors.toml')
      await fs.chmod(file, 0o664)
      assert.match((await failureOf(here({ uid: 0 }))).message, /other users can write/)
      assert.equal((await here({ uid: 1000 })).list.registries.length, 1)
      await fs.chmod(file, 0o644)
      assert.equal((await here({ uid: 0 })).list.registries.length, 1)
    })
  })
})

describe('files the list refers to', () => {
  const header = withMirror('header = { Authorization = { file = "token" } }')

  it('are read beside it, also in a ConfigMap volume', () =>
    inDirectory(
      {
        '..2026/mirrors.toml': header,
        '..2026/token': 'Bearer planted\r\n',
        '..data': '-> ..2026',
        'mirrors.toml': '-> ..data/mirrors.toml',
        token: '-> ..data/token',
      },
      async here => {
        assert.deepEqual((await here()).list.registries[0]?.mirrors[0]?.header, {
          Authorization: 'Bearer planted',
        })
      },
    ))

  it('are refused elsewhere, also behind a link', () =>
    inDirectory({ 'mirrors.toml': header, token: '-> /etc/hostname' }, async here => {
      assert.match(
        (await failureOf(here())).message,
        /token is neither in the directory of the list nor in \/etc\/regmirror.*--allow-files-from/,
      )
      const list = await here({ allowFilesFrom: ['/etc'] }).catch((error: Error) => error.message)
      assert.doesNotMatch(String(list), /neither in the directory/)
    }))

  it('may be credentials of the unit', () =>
    inDirectory({ 'mirrors.toml': withMirror(`ca = "${TLS}/ca.pem"`) }, async here => {
      await failureOf(here())
      const { list } = await here({ env: { CREDENTIALS_DIRECTORY: TLS } })
      assert.equal(list.registries[0]?.mirrors[0]?.ca[0]?.path, `${TLS}/ca.pem`)
    }))

  it('are a credential of that name when no such file is beside the list', () =>
    inDirectory({ 'list/mirrors.toml': header, 'given/token': 'Bearer given' }, async (_, root) => {
      const file = path.join(root, 'list/mirrors.toml')
      const env = { CREDENTIALS_DIRECTORY: path.join(root, 'given') }
      const value = async () =>
        (await load({ file, env, allowFilesFrom: [] })).list.registries[0]?.mirrors[0]?.header.Authorization
      assert.equal(await value(), 'Bearer given')
      await fs.writeFile(path.join(root, 'list/token'), 'Bearer beside')
      assert.equal(await value(), 'Bearer beside')
    }))

  it('are found from the default list under --root', () =>
    inDirectory(
      { 'etc/regmirror/mirrors.toml': header, 'etc/regmirror/token': 'Bearer x' },
      async (_, root) => {
        const { list } = await load({ root, allowFilesFrom: [] })
        assert.deepEqual(list.registries[0]?.mirrors[0]?.header, { Authorization: 'Bearer x' })
      },
    ))

  it('are not all files of the machine when the list is in "/"', async () => {
    const options = {
      file: '-',
      format: 'toml',
      stdin: async () => Buffer.from(withMirror('ca = "etc/passwd"')),
    } as const
    const before = process.cwd()
    process.chdir('/')
    try {
      assert.match(
        (await failureOf(load({ ...options, allowFilesFrom: [] }))).message,
        /neither in the directory/,
      )
    } finally {
      process.chdir(before)
    }
  })

  it('may be environment variables', async () => {
    const text = withMirror('header = { A = { env = "TOKEN" } }')
    const { list } = await loadText(text, 'toml', { env: { TOKEN: 'Basic eA==' } })
    assert.deepEqual(list.registries[0]?.mirrors[0]?.header, { A: 'Basic eA==' })
    assert.match((await failureOf(loadText(text))).message, /the environment variable TOKEN is not set/)
  })

  it('are read once, however often the list names them', async () => {
    const mirrors = Array.from(
      { length: 300 },
      (_, i) => `{ url = "https://m${i}.example", ca = "${TLS}/ca.pem" }`,
    )
    const { list } = await loadText(`${LIST}mirrors = [${mirrors.join(', ')}]`)
    assert.equal(new Set(list.registries[0]?.mirrors.map(mirror => mirror.ca[0])).size, 1)
  })
})

describe('any list', () => {
  const big = (registries: number) => {
    const mirrors = Array.from({ length: 5 }, (_, m) => `  "https://m${4 - m}.example",\n`).join('')
    const names = Array.from({ length: registries }, (_, r) => `r${(r * 7) % registries}.example`)
    return {
      names,
      text: `version = 1\n${names.map(name => `[registries."${name}"]\nmirrors = [\n${mirrors}]\n`).join('')}`,
    }
  }

  it('keeps its order with 200 registries of five mirrors', async () => {
    const { names, text } = big(200)
    const { list } = await loadText(text)
    assert.deepEqual(
      list.registries.map(registry => registry.name),
      names,
    )
    assert.deepEqual(
      list.registries[7]?.mirrors.map(mirror => mirror.base.origin.slice(8, 10)),
      ['m4', 'm3', 'm2', 'm1', 'm0'],
    )
    assert.equal(list.registries[1]?.mirrors[2]?.place.line, 14)
  })

  it('is a list or an explained failure, whatever its bytes', async () => {
    const words = fc.constantFrom(
      ...'version = 1|[registries."docker.io"]|[[a]]|a.b = {|}|[|]|"|\'\'\'|mirrors|:|- |\n|\t|#|&a|*a|!!x|<<|---|{"a":|,|1e999|2024-01-01|\0|\u2028|__proto__|constructor|'.split(
        '|',
      ),
    )
    const texts = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes)),
      fc.string({ unit: 'binary', maxLength: 200 }).map(text => Buffer.from(text)),
      fc.array(words, { maxLength: 30 }).map(parts => Buffer.from(parts.join(' '))),
    )
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom('toml', 'yaml', 'json'), async (bytes, format) => {
        await explained(loadText(bytes, format))
      }),
      { numRuns: 600, seed: 7 },
    )
  })

  it('is a list or an explained failure, whatever its values', async () => {
    const key = fc.constantFrom(
      'version',
      'registries',
      'docker.io',
      'mirrors',
      'url',
      'ca',
      'client',
      'header',
      'server',
      'targets',
      'containerd',
      'health',
      'defaults',
      'capabilities',
      '__proto__',
      '',
    )
    const { tree } = fc.letrec(tie => ({
      tree: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom(1, 'pull', 'https://a.example', '2s', null, true, 1.5, '', -0),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }))
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, tree), async value => {
        const text = JSON.stringify({ ...value, version: 1, registries: { 'docker.io': value } })
        await explained(loadText(text, 'json'))
        await explained(loadText(text, 'yaml'))
      }),
      { numRuns: 150, seed: 7 },
    )
  })

  it('is refused quickly where it is made to be slow', async () => {
    const slow: [text: string, format: 'toml' | 'yaml' | 'json'][] = [
      ['['.repeat(200_000), 'json'],
      ['['.repeat(100_000), 'yaml'],
      [`a = ${'['.repeat(5000)}${']'.repeat(5000)}`, 'toml'],
      [`${'# '.repeat(100_000)}\nx`, 'toml'],
      [`a: &a x\nb: [${'*a, '.repeat(50_000)}]`, 'yaml'],
      [Array.from({ length: 30_000 }, (_, i) => `k${i}: 1`).join('\n'), 'yaml'],
    ]
    for (const [text, format] of slow) await failureOf(loadText(text, format))
  })
})

/** Any rejection other than a Failure fails the test. */
async function explained(loading: Promise<unknown>): Promise<void> {
  const outcome = await loading.then(
    () => undefined,
    () => failureOf(loading),
  )
  for (const issue of outcome?.issues ?? []) assert.ok(issue.message.length > 0)
}
