/**
 * For any nerdctl.toml, regmirror either refuses and changes nothing, or nerdctl reads the hosts.toml of the list, and `restore`
 * puts every byte back. What nerdctl reads, an oracle of the test says.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { NO_STATE } from '../../../lib/ownership/state.ts'
import { openReader } from '../../../lib/system/reader.ts'
import { parseConfigFile, unknownKeys } from '../../../lib/targets/nerdctl/config-file.ts'
import { nerdctl } from '../../../lib/targets/nerdctl/nerdctl.ts'
import { checkProperty } from '../../support/check-property.ts'
import { mirror, PLACE, registry } from '../../support/lists.ts'
import { findBefore, findNow, hostsDirsOf, readNerdctl } from '../../support/nerdctl-config.ts'
import { run } from '../../support/run.ts'
import { readTree, type Tree, withDirectory, writeTree } from '../../support/tree.ts'

const CONFIG = 'etc/nerdctl/nerdctl.toml'

const LINES = [
  'debug = false',
  '# hosts_dir = ["/commented"]',
  'namespace = "k8s.io" # of Kubernetes',
  "snapshotter = 'stargz'",
  'dns = [\n  "8.8.8.8", # one\n]',
  'hosts_dir = ["/etc/containerd/certs.d", "/etc/docker/certs.d"]',
  'hosts_dir = [ "/etc/nerdctl/certs.d" ] # own',
  'hosts_dir = [\n\t"/etc/docker/certs.d",\n\t"/etc/containerd/certs.d",\n]',
  'hosts_dir = []',
  'hosts_dir = ["certs.d", "/etc/nerdctl/certs.d"]',
  'hosts_dir = "/etc/containerd/certs.d"',
  'insecure_registry = true',
  'insecure_registry = false',
  'snapshoter = "typo"',
  'debug_full = "yes"',
]

const texts = fc
  .tuple(
    fc.shuffledSubarray(LINES, { minLength: 0, maxLength: 4 }),
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom('\n', ''),
  )
  .map(([lines, eol, end]) => (lines.join('\n') + end).replaceAll('\n', eol))

const cases = fc.record({
  text: fc.option(texts, { nil: undefined }),
  hostsDir: fc.constantFrom(undefined, '/etc/containerd/certs.d', '/etc/nerdctl/hosts.d'),
})

describe('any nerdctl.toml', function () {
  this.timeout(300_000)

  it('leads to the hosts.toml of the list after apply, and has every byte back after restore', async () => {
    const counts = { applied: 0, refused: 0 }
    await checkProperty(
      cases,
      240,
      ({ text, hostsDir }) =>
        withDirectory(async home => {
          const [root, list] = [path.join(home, 'node'), path.join(home, 'mirrors.toml')]
          const tree: Tree = {
            ...{ 'etc/nerdctl/': undefined, 'etc/containerd/': undefined, 'etc/docker/': undefined },
            ...{ 'var/lib/': undefined, ...(text !== undefined && { [CONFIG]: text }) },
          }
          await fs.mkdir(root)
          await writeTree(root, tree)
          const setting = hostsDir === undefined ? '' : `hosts_dir = "${hostsDir}"\n`
          const registries = '[registries."quay.io"]\nmirrors = ["https://m.example"]\n'
          await fs.writeFile(list, `version = 1\n${registries}[targets.nerdctl]\n${setting}`)
          const before = await readTree(root)
          const { code, stderr } = await run(['apply', '--root', root, '-f', list])
          const settings = readNerdctl(text ?? '')
          if (code === 2) {
            counts.refused += 1
            assert.ok(settings === undefined || settings.insecure_registry === true, stderr)
            assert.deepEqual(await readTree(root), before)
            return
          }
          counts.applied += 1
          const file = path.join(root, CONFIG)
          const after = existsSync(file) ? await fs.readFile(file, 'utf8') : ''
          // A key that nerdctl does not know is there before and after.
          const isTypo = unknownIn(text) !== 0
          assert.equal(readNerdctl(after) === undefined, isTypo, after)
          if (!isTypo) assertFound(after, root)
          assert.deepEqual(unknownIn(after), unknownIn(text))
          assert.equal((await run(['plan', '--check', '--root', root, '-f', list])).code, 0)
          assert.equal((await run(['restore', '--root', root])).code, 0)
          assert.deepEqual(await readTree(root), before)
        }),
      ({ text, hostsDir }) => `${text ?? '(none)'}\n--- hosts_dir: ${hostsDir}`,
    )
    assert.ok(counts.applied > counts.refused && counts.refused > 0, JSON.stringify(counts))
  })
})

function unknownIn(text = ''): number {
  const parsed = parseConfigFile('/nerdctl.toml', Buffer.from(text))
  return 'message' in parsed ? 0 : unknownKeys(parsed).length
}

function assertFound(text: string, root: string): void {
  const exists = (directory: string) => directory.startsWith('/') && existsSync(path.join(root, directory))
  for (const find of [findNow, findBefore]) {
    const directory = find(exists, hostsDirsOf(text), 'quay.io')
    assert.match(directory ?? '', /\/quay\.io$/, find.name)
    assert.ok(existsSync(path.join(root, directory ?? '', 'hosts.toml')))
  }
}

describe('the directory that nerdctl reads', () => {
  const NAMES = [
    'docker.io',
    'quay.io',
    'quay.io:443',
    'quay.io_443_',
    'reg.example:5000',
    'reg.example_5000_',
  ]
  const nodes = fc.record({
    dirs: fc.shuffledSubarray(['/etc/a/certs.d', '/etc/b/certs.d', '/etc/c/certs.d']),
    there: fc.subarray(
      ['/etc/a/certs.d', '/etc/b/certs.d'].flatMap(root =>
        [...NAMES, '_default'].map(name => `${root}/${name}`),
      ),
      { maxLength: 6 },
    ),
  })

  it('is the one of explain, for each group of releases', async () => {
    await checkProperty(
      nodes,
      400,
      ({ dirs, there }) =>
        withDirectory(async root => {
          await writeTree(root, {
            [CONFIG]: `hosts_dir = ${JSON.stringify(dirs)}\n`,
            ...Object.fromEntries(
              there.map(one => [`${one.slice(1)}/hosts.toml`, `[host."https://x${one}"]\n`]),
            ),
          })
          const view = { node: openReader(root), state: NO_STATE, uid: 0, machine: undefined }
          const settings = nerdctl.settings.resolve({}, PLACE)
          const snapshot = await nerdctl.observe(view, [], settings)
          const exists = (directory: string) => existsSync(path.join(root, directory))
          for (const name of ['docker.io', 'quay.io', 'quay.io:443', 'reg.example:5000']) {
            const routes = nerdctl.endpoints(snapshot, `${name}/team/app:1`)
            const [now, before = now] = routes
            assert.equal(now.lookup?.path, findNow(exists, dirs, name), `${name} now`)
            assert.equal(before.lookup?.path, findBefore(exists, dirs, name), `${name} before`)
          }
        }),
      ({ dirs, there }) => `${dirs}\n${there.join('\n')}`,
    )
  })
})

describe('nerdctl of a user', () => {
  const user = {
    home: '/home/u',
    configHome: '/home/u/.config',
    dataHome: '/home/u/.local/share',
    stateHome: '/home/u/.local/state',
  }

  it('has its files below ~/.config', () =>
    withDirectory(async root => {
      const view = { node: openReader(root), state: NO_STATE, uid: 1000, machine: undefined, user }
      const snapshot = await nerdctl.observe(view, [], nerdctl.settings.resolve({}, PLACE))
      const { files } = nerdctl.render([registry('quay.io', [mirror('https://m.example')])], snapshot, {
        takeOver: false,
      })
      assert.deepEqual(
        files.map(file => file.path),
        ['/home/u/.config/containerd/certs.d/quay.io/hosts.toml'],
      )
      assert.equal(snapshot.config, '/home/u/.config/nerdctl/nerdctl.toml')
    }))
})
