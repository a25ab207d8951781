/** Where containerd is found on a node: not where only Docker uses it. */
import assert from 'node:assert/strict'
import { openReader } from '../../../lib/system/reader.ts'
import { detectContainerd } from '../../../lib/targets/containerd/detect.ts'
import { type Tree, withDirectory, writeTree } from '../../support/tree.ts'

const CONTAINERD = { 'usr/bin/containerd': '' }
const DOCKER = { ...CONTAINERD, 'usr/bin/dockerd': '' }
const config = (text: string) => ({ 'etc/containerd/config.toml': text })
const CRI_OFF = config('#   See containerd(8)\n\ndisabled_plugins = ["cri"]\n')

async function isFound(tree: Tree): Promise<boolean> {
  return await withDirectory(async root => {
    await writeTree(root, tree)
    const found = await detectContainerd({ node: openReader(root) })
    if (found !== undefined) assert.deepEqual(found, { what: 'containerd', file: '/usr/bin/containerd' })
    return found !== undefined
  })
}

describe('containerd on a node', () => {
  it('is found by its program, whatever its config.toml has, except CRI turned off', async () => {
    assert.equal(await isFound({}), false)
    assert.equal(await isFound(CONTAINERD), true)
    assert.equal(await isFound({ ...CONTAINERD, ...config('version = 2\n') }), true)
    assert.equal(await isFound({ ...CONTAINERD, ...config('disabled_plugins = []\n') }), true)
    assert.equal(await isFound({ ...CONTAINERD, ...config('disabled_plugins = [\n') }), true)
    assert.equal(await isFound({ ...CONTAINERD, ...config('# disabled_plugins = ["cri"]\n') }), true)
    assert.equal(await isFound({ ...CONTAINERD, ...CRI_OFF }), false)
  })

  it('is not found without CRI by a name of a newer file', async () => {
    for (const name of ['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images'])
      assert.equal(
        await isFound({ ...CONTAINERD, ...config(`version = 3\ndisabled_plugins = ["${name}"]\n`) }),
        false,
      )
  })

  it('is not found beside dockerd, which brings it, unless another program uses it', async () => {
    assert.equal(await isFound(DOCKER), false)
    assert.equal(await isFound({ ...DOCKER, ...config('version = 2\n') }), false)
    for (const other of [
      'usr/bin/crictl',
      'usr/local/bin/nerdctl',
      'etc/crictl.yaml',
      'etc/containerd/certs.d/',
    ])
      assert.equal(await isFound({ ...DOCKER, [other]: other.endsWith('/') ? undefined : '' }), true, other)
    assert.equal(await isFound({ ...DOCKER, ...CRI_OFF, 'usr/bin/nerdctl': '' }), false)
  })

  it('is found on a node with a kubelet, which needs CRI', async () => {
    assert.equal(await isFound({ ...DOCKER, ...CRI_OFF, 'usr/bin/kubelet': '' }), true)
  })
})
