/** registries.yaml is edited in place: whatever it holds, only what the list decides on changes, and restore undoes it. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { parse } from 'yaml'
import { type RegistriesYaml, registriesYaml } from '../../support/arbitrary/registries-yaml.ts'
import { checkProperty } from '../../support/check-property.ts'
import { k3sHosts } from '../../support/k3s-hosts.ts'
import { withNode } from '../../support/node.ts'
import { readTree } from '../../support/tree.ts'

const FILE = 'etc/rancher/k3s/registries.yaml'

interface Listed {
  readonly name: string
  readonly urls: readonly string[]
}

const urls = fc.uniqueArray(
  fc.constantFrom(
    'https://m.example',
    'http://n.example:5000',
    'https://o.example/v2/hub',
    'https://p.example/x/v2',
  ),
  { minLength: 1, maxLength: 3 },
)
const listed: fc.Arbitrary<readonly Listed[]> = fc.uniqueArray(
  fc.record({ name: fc.constantFrom('docker.io', 'quay.io', '*', 'registry.example:5000'), urls }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 3 },
)

function listText(registries: readonly Listed[]): string {
  const tables = registries.map(
    ({ name, urls }) => `[registries."${name}"]\nmirrors = ${JSON.stringify(urls)}\n`,
  )
  return `version = 1\n${tables.join('')}[targets.k3s]\n`
}

async function assertEdited([registries, { text }]: [readonly Listed[], RegistriesYaml]): Promise<void> {
  await withNode({ [FILE]: text }, async node => {
    await node.writeList(listText(registries))
    const applied = await node.run('apply')
    assert.equal(applied.code, 0, applied.stderr)
    assert.doesNotMatch(applied.stdout + applied.stderr, /planted/)
    const written = await fs.readFile(path.join(node.root, FILE), 'utf8')
    const [before, after] = [parse(text) ?? {}, parse(written)]
    for (const { name, urls } of registries) {
      assert.deepEqual(after.mirrors[name].endpoint, urls)
      const made = k3sHosts(written)[name === '*' ? '_default' : name]
      const expected = urls.map(url => (/\/v2(\/|$)/.test(url) ? url : `${url}/v2`))
      assert.deepEqual(
        made?.hosts.map(({ url }) => url),
        expected,
      )
    }
    assert.deepEqual(withoutListed(after, registries), withoutListed(before, registries))
    assert.match((await node.run('plan')).stdout, /^nothing to do/)
    assert.equal((await node.run('restore')).code, 0)
    assert.deepEqual(await readTree(node.root, file => file.startsWith('/var/lib/regmirror')), {
      [FILE]: text,
    })
  })
}

/** The values of the file that the list has no say in. */
function withoutListed({ mirrors, configs }: Record<string, object>, registries: readonly Listed[]): unknown {
  const names = registries.map(({ name }) => name)
  const kept = Object.entries(mirrors ?? {}).map(([name, value]) => {
    const { endpoint: _, ...rest } = value ?? {}
    return [name, names.includes(name) ? rest : value] as const
  })
  const isEmpty = (value: unknown) => value === null || Object.keys(value as object).length === 0
  return [kept.filter(([name, value]) => !names.includes(name) || !isEmpty(value)), configs ?? {}]
}

describe('registries.yaml of k3s', () => {
  it('is edited and restored byte for byte, whatever it holds', () =>
    checkProperty(
      fc.tuple(listed, registriesYaml),
      400,
      assertEdited,
      ([list, { text }]) => `${listText(list)}\n${text}`,
    ))

  it('keeps what was changed outside regmirror, and gives back the rest', () =>
    withNode(
      { [FILE]: 'mirrors:\n  docker.io:\n    endpoint: [https://old.example] # old\n' },
      async node => {
        await node.writeList(listText([{ name: 'docker.io', urls: ['https://m.example'] }]))
        assert.equal((await node.run('apply')).code, 0)
        const file = path.join(node.root, FILE)
        const written = await fs.readFile(file, 'utf8')
        await fs.writeFile(file, `${written}configs:\n  other.example: {} # new\n`)
        assert.equal((await node.run('restore')).code, 0)
        const restored =
          'mirrors:\n  docker.io:\n    endpoint: [https://old.example] # old\nconfigs:\n  other.example: {} # new\n'
        assert.equal(await fs.readFile(file, 'utf8'), restored)
      },
    ))

  it('loses the mirrors of a registry that leaves the list, and nothing else', () =>
    withNode({ [FILE]: '# c\nconfigs: {}\n' }, async node => {
      const both = ['docker.io', 'quay.io'].map(name => ({ name, urls: ['https://m.example'] }))
      await node.writeList(listText(both))
      assert.equal((await node.run('apply')).code, 0)
      await node.writeList(listText(both.slice(1)))
      assert.equal((await node.run('apply')).code, 0)
      assert.equal(
        await fs.readFile(path.join(node.root, FILE), 'utf8'),
        '# c\nconfigs: {}\nmirrors:\n  quay.io:\n    endpoint:\n      - "https://m.example"\n',
      )
    }))

  it('keeps its mode without a notice where it has the login of the list already', () =>
    withNode(
      {
        [FILE]:
          'mirrors:\n  docker.io:\n    endpoint: [https://m.example]\nconfigs:\n  m.example:\n    auth: {username: u, password: planted}\n',
      },
      async node => {
        await node.writeList(
          'version = 1\n[registries."docker.io"]\nmirrors = [{ url = "https://m.example", header = { Authorization = "Basic dTpwbGFudGVk" } }]\n[targets.k3s]\n',
        )
        await fs.chmod(path.join(node.root, FILE), 0o644)
        const { code, stdout, stderr } = await node.run('plan')
        assert.equal(code, 0, stderr)
        assert.match(stdout, /^nothing to do/)
        assert.doesNotMatch(stderr, /other users/)
      },
    ))

  it('is not open to others where the list brings a login, and keeps its mode otherwise', () =>
    withNode({ [FILE]: 'mirrors: {}\n' }, async node => {
      const file = path.join(node.root, FILE)
      const mode = async () => ((await fs.stat(file)).mode & 0o777).toString(8)
      await fs.chmod(file, 0o640)
      await node.writeList(listText([{ name: 'docker.io', urls: ['https://m.example'] }]))
      assert.equal((await node.run('apply')).code, 0)
      assert.equal(await mode(), '640')
      await node.writeList(
        'version = 1\n[registries."docker.io"]\nmirrors = [{ url = "https://m.example", header = { Authorization = "Basic dTpwbGFudGVk" } }]\n[targets.k3s]\n',
      )
      const applied = await node.run('apply')
      assert.equal(applied.code, 0)
      assert.doesNotMatch(applied.stdout + applied.stderr, /planted|dTpwbGFudGVk/)
      assert.equal(await mode(), '600')
      assert.equal((await node.run('restore')).code, 0)
      assert.equal(await mode(), '640')
    }))
})
