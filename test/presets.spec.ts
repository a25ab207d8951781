/** The presets: valid lists with the URLs of each product, and what containerd requests through them. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { readToml } from '../lib/formats/toml/second-parser.ts'
import { run } from './support/run.ts'
import { withDirectory } from './support/tree.ts'

const LISTS = path.resolve(import.meta.dirname, '../templates/lists')
const GOLDEN = path.resolve(import.meta.dirname, '../fixtures/presets.txt')
const DATA = path.resolve(import.meta.dirname, '../fixtures/lists/valid/eleven-registries.toml')
const names = globSync('*.toml', { cwd: LISTS })
  .map(file => path.basename(file, '.toml'))
  .sort()
const textOf = (name: string) => readFileSync(path.join(LISTS, `${name}.toml`), 'utf8')

/** The files that a preset refers to, as it says how to make them. */
const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  acr: { 'acr.password': 'test\n' },
  ecr: { 'ecr.password': 'test\n' },
  gar: { 'gar-key.json': '{"type":"service_account","project_id":"test"}\n' },
}
/** Notices besides the one about example names. */
const NOTICES: Readonly<Record<string, readonly string[]>> = {
  'in-cluster': ['only_server_resolves'],
  starter: ['no_mirrors'],
}

/** A preset with the files beside it. */
async function withPreset(name: string, use: (file: string) => Promise<void>): Promise<void> {
  await withDirectory(async directory => {
    const file = path.join(directory, 'mirrors.toml')
    assert.equal((await run(['init', '--preset', name, '-o', file])).code, 0)
    for (const [other, text] of Object.entries(FILES[name] ?? {}))
      await fs.writeFile(path.join(directory, other), text, { mode: 0o600 })
    await use(file)
  })
}

/**
 * What containerd requests of each host, by its own rule: `/v2` after a URL that does not end in it, unless override_path
 * is set (core/remotes/docker/config/hosts.go:440-448@v2.3.4).
 */
async function requestsOf(file: string): Promise<readonly string[]> {
  const node = path.join(path.dirname(file), 'node')
  const certs = path.join(node, 'etc/containerd/certs.d')
  await fs.mkdir(path.dirname(certs), { recursive: true })
  await fs.writeFile(path.join(node, 'etc/containerd/config.toml'), 'version = 3\n')
  const { code, stderr } = await run(['apply', '-f', file, '--root', node])
  assert.equal(code, 0, stderr)
  const lines: string[] = []
  for (const directory of (await fs.readdir(certs).catch(() => [])).sort()) {
    const text = await fs.readFile(path.join(certs, directory, 'hosts.toml'), 'utf8')
    const { host = {}, server } = readToml(text) as {
      host?: Record<string, { override_path?: boolean; capabilities: string[]; header?: object }>
      server?: string
    }
    for (const [url, { override_path, capabilities, header = {} }] of Object.entries(host)) {
      const base = override_path || url.endsWith('/v2') ? url : `${url}/v2`
      const headers = Object.keys(header).map(name => ` +${name}`)
      lines.push(`${directory} ${base}/REPOSITORY ${capabilities.join('+')}${headers.join('')}`)
    }
    lines.push(`${directory} server ${server ?? '-'}`)
  }
  return lines
}

describe('presets', function () {
  this.timeout(60_000)

  for (const name of names) {
    it(`${name} is valid, dated and explained`, () =>
      withPreset(name, async file => {
        const { code, stdout, stderr } = await run(['validate', '-f', file, '--format', 'json'])
        assert.equal(code, 0, stderr + stdout)
        const codes = new Set(JSON.parse(stdout).notices.map((one: { code: string }) => one.code))
        codes.delete('example_host')
        assert.deepEqual([...codes], NOTICES[name] ?? [])
        assert.match(textOf(name), name === 'starter' ? /^# / : /^# .*\n?.*as of November 2026/)
      }))
  }

  it('have the effective endpoints of the golden file', async () => {
    const parts: string[] = []
    for (const name of names)
      await withPreset(name, async file => {
        parts.push([`# ${name}`, ...(await requestsOf(file))].join('\n'))
      })
    const text = `${parts.join('\n\n')}\n`
    if (process.env.GOLDEN === 'update') await fs.writeFile(GOLDEN, text)
    assert.equal(text, readFileSync(GOLDEN, 'utf8'))
  })

  it('have no other names than those of products, and example.com', () => {
    const PRODUCTS =
      /(^|\.)(example\.com|example\.azurecr\.io|amazonaws\.com)$|-docker\.pkg\.dev$|^(127\.0\.0\.1|quay\.io)$/
    for (const name of names.filter(one => !['china', 'starter'].includes(one))) {
      const lines = textOf(name)
        .split('\n')
        .filter(line => !line.startsWith('#'))
      for (const [, host = ''] of lines.join('\n').matchAll(/https?:\/\/([^/:"]+)/g))
        assert.match(host, PRODUCTS, name)
    }
  })

  it('china has the eleven registries, without the mirrors that closed', () => {
    const registries = (text: string) =>
      [...text.matchAll(/^\[registries\."([^"]+)"\]/gm)].map(([, one]) => one).sort()
    const china = textOf('china')
    assert.deepEqual(registries(china), registries(readFileSync(DATA, 'utf8')))
    const closed = [
      'dockerproxy.com',
      'reg-mirror.qiniu.com',
      'registry.docker-cn.com',
      'hub-mirror.c.163.com',
    ]
    for (const host of closed) {
      assert.ok(china.includes(host), `${host} is explained`)
      assert.doesNotMatch(china, new RegExp(`"https?://${host}"`))
    }
  })

  it('are in the docs, as init lists them, with a mirror of theirs', async () => {
    const docs = readFileSync(path.join(LISTS, '../../docs/presets.md'), 'utf8')
    const rows = [...docs.matchAll(/^\| `([a-z-]+)` \| (.+?) \| `?(.+?)`? \|/gm)]
    const { presets } = JSON.parse((await run(['init', '--list', '--format', 'json'])).stdout)
    assert.deepEqual(
      rows.map(([, name, summary]) => ({ name, summary })),
      presets,
    )
    for (const [, name = '', , url = ''] of rows)
      if (url !== '-') assert.ok(textOf(name).includes(`"${url}"`), `${name} has ${url}`)
  })

  it('air-gapped is the recipe of the docs', () => {
    const recipe = readFileSync(path.join(LISTS, '../../docs/recipes.md'), 'utf8')
    const list =
      /## A node without access to the internet[\s\S]*?```toml\n([\s\S]*?)```/.exec(recipe)?.[1] ?? ''
    const plain = (text: string) =>
      JSON.stringify(readToml(text))
        .replaceAll('registry.corp.internal', 'registry.example.com')
        .replaceAll(',"ca":"corp-ca.pem"', '')
    assert.equal(plain(list), plain(textOf('air-gapped')))
  })
})
