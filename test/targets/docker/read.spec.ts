/** The mirrors that Docker has, as registries of a list. */
import assert from 'node:assert/strict'
import { openReader } from '../../../lib/system/reader.ts'
import { docker } from '../../../lib/targets/docker/docker.ts'
import { dockerSettings } from '../../../lib/targets/docker/settings.ts'
import { type Tree, withDirectory, writeTree } from '../../support/tree.ts'

const PLACE = { file: 'list', line: 1, column: 1 }
const DJ = 'etc/docker/daemon.json'
const HOSTS = 'etc/docker/certs.d'

async function readFrom(tree: Tree, settings: Record<string, string>) {
  return await withDirectory(async root => {
    await writeTree(root, tree)
    const view = { node: openReader(root), uid: 0, machine: undefined, state: { version: 1, files: {} } }
    const snapshot = await docker.observe(view as never, [], dockerSettings.resolve(settings, PLACE))
    const { registries, losses } = await docker.read(snapshot)
    const found = registries.map(({ name, mirrors }) => `${name}: ${mirrors.map(({ url }) => url).join(' ')}`)
    return { found, losses: losses.map(({ file, line, message }) => `${file}:${line} ${message}`) }
  })
}

const FILES = {
  [DJ]: '{\n  "registry-mirrors": ["https://a.example/hub"],\n  "insecure-registries": ["10.0.0.0/8"]\n}\n',
  [`${HOSTS}/docker.io/hosts.toml`]: 'server = "https://registry-1.docker.io"\n[host."https://h.example"]\n',
  [`${HOSTS}/quay.io/hosts.toml`]: '[host."https://q.example/v2/p"]\noverride_path = true\n',
  [`${HOSTS}/reg.example/ca.crt`]: '',
}

describe('mirrors of Docker on a node', () => {
  it('are those of daemon.json with a graph driver, and those of hosts.toml for docker build', async () => {
    const { found, losses } = await readFrom(FILES, { version: '28.5', store: 'graphdriver' })
    assert.deepEqual(found, ['docker.io: https://a.example/hub/v2', 'quay.io: https://q.example/v2/p'])
    assert.deepEqual(losses, [
      '/etc/docker/daemon.json:3 insecure-registries stays in this file, where Docker reads it, and not in the list: 10.0.0.0/8',
    ])
  })

  it('are those of hosts.toml with the containerd store', async () => {
    const { found } = await readFrom(FILES, { version: '28.5', store: 'containerd' })
    assert.deepEqual(found, ['docker.io: https://h.example/v2', 'quay.io: https://q.example/v2/p'])
  })

  it('are those of daemon.json alone before 28', async () => {
    const { found } = await readFrom(FILES, { version: '27.5' })
    assert.deepEqual(found, ['docker.io: https://a.example/hub/v2'])
  })

  it('are not in a file that does not parse, which is said', async () => {
    const broken = { [DJ]: '{"a": 1,}', [`${HOSTS}/quay.io/hosts.toml`]: '[host\n' }
    const { found, losses } = await readFrom(broken, { version: '28.5', store: 'containerd' })
    assert.deepEqual(found, ['quay.io: '])
    assert.equal(losses.length, 2)
    assert.match(losses[0] ?? '', /quay\.io\/hosts\.toml:1 Docker ignores this file/)
  })
})
