/** Images with mirrors: the recipes for image builds and for cloud-init, carried out. */
import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { buildImage } from '../support/image.ts'
import { FROM_SOURCE, shellWords } from '../support/program.ts'
import { startRegistry } from '../support/registry.ts'
import { withDirectory } from '../support/tree.ts'
import { makeNode, startContainerd } from './support/containerd.ts'
import { launcher, needRuntime, treeOf } from './support/runtimes.ts'

const PROJECT = path.resolve(import.meta.dirname, '../..')
const USER_DATA = path.join(PROJECT, 'templates/cloud-init/user-data.yaml')
const RECIPE = path.join(PROJECT, 'templates/images/mkosi.postinst')
const CONTAINERD = 'containerd-trixie'
const CLOUD_INIT = 'cloud-init-trixie'
const PROGRAM = `#!/bin/sh\nexec ${shellWords(FROM_SOURCE)} "$@"\n`

const DOWNLOAD = gzipSync(PROGRAM)

const listOf = (mirror: string) =>
  `version = 1\n[registries."docker.io"]\nmirrors = ["${mirror}"]\n[targets.containerd]\nversion = "1.7"\n`

/** A folder with the program and a list, as a recipe requires it. */
async function writeSources(folder: string, mirror: string): Promise<void> {
  await fs.writeFile(path.join(folder, 'regmirror'), PROGRAM, { mode: 0o755 })
  await fs.writeFile(path.join(folder, 'mirrors.toml'), listOf(mirror))
}

describe('an image', function () {
  this.timeout(120_000)
  before(function () {
    needRuntime(this, CONTAINERD, true)
  })

  it('of mkosi pulls through its mirror when its containerd starts', () =>
    withDirectory(async home => {
      const image = buildImage('library/busybox')
      const mirror = await startRegistry({ images: [image] })
      const node = await makeNode(home)
      await writeSources(home, mirror.url)
      const build = () =>
        execFileSync(RECIPE, { cwd: home, env: { ...process.env, BUILDROOT: node }, encoding: 'utf8' })
      assert.match(build(), /2 created/)
      assert.match(build(), /nothing to do/)
      const { mode } = await fs.stat(path.join(node, 'etc/regmirror/mirrors.toml'))
      assert.equal(mode & 0o777, 0o600)
      const daemon = await startContainerd(treeOf(CONTAINERD), node, {})
      try {
        assert.equal(await daemon.cri.pull('busybox'), image.blobs[0]?.digest)
        assert.ok(mirror.requests.length > 0)
      } finally {
        await daemon.stop()
        await mirror.close()
      }
    }))

  it('at /mnt/image is written and checked by the commands of the docs', () =>
    withDirectory(async home => {
      await makeNode(home)
      await writeSources(home, 'https://mirror.example.com')
      const docs = await fs.readFile(path.join(PROJECT, 'docs/images.md'), 'utf8')
      const [, commands = ''] = /```sh\n(.*?)```/s.exec(docs) ?? []
      const mount = 'mount -t tmpfs tmpfs /mnt; mkdir /mnt/image; mount --bind node /mnt/image'
      const script = `set -e; ${mount}; PATH=$PWD:$PATH\n${commands}`
      const result = spawnSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], {
        cwd: home,
        encoding: 'utf8',
      })
      assert.equal(result.status, 0, result.stdout + result.stderr)
      const hosts = path.join(home, 'node/etc/containerd/certs.d/docker.io/hosts.toml')
      assert.match(await fs.readFile(hosts, 'utf8'), /https:\/\/mirror\.example\.com/)
    }))
})

/** Carries out `write_files`, and prints the script of `runcmd`, as cloud-init does. */
const CARRY_OUT = `
import sys
from cloudinit import util
from cloudinit.config import cc_write_files
config = util.load_yaml(open(sys.argv[1]).read())
cc_write_files.write_files('test', config['write_files'], 'root:root')
print(util.shellify(config['runcmd']))
`

/** A machine of its own: /etc is a copy, /usr/local/bin and /var/lib are empty, and systemctl prints its arguments. */
const IN_A_MACHINE = `
set -e
cp -a /etc etc
rm -rf etc/containerd etc/regmirror
mount --bind etc /etc
for folder in /usr/local/bin /var/lib; do mount -t tmpfs tmpfs $folder; done
printf '#!/bin/sh\\necho "systemctl $*"\\n' >/usr/local/bin/systemctl
chmod 755 /usr/local/bin/systemctl
"$@" >runcmd
PATH=/usr/local/bin:$PATH sh runcmd
cat /etc/containerd/certs.d/docker.io/hosts.toml
`

/** Python with the modules of cloud-init. */
const python = (...args: readonly string[]) => {
  const words = [launcher(CLOUD_INIT, 'python3'), ...args]
  const env = { ...process.env, PYTHONPATH: path.join(treeOf(CLOUD_INIT), 'usr/lib/python3/dist-packages') }
  return { words, env }
}

function checkSchema(file: string) {
  const command = path.join(treeOf(CLOUD_INIT), 'usr/bin/cloud-init')
  const { words, env } = python(command, 'schema', '--config-file', file)
  return spawnSync(words[0] ?? '', words.slice(1), { env, encoding: 'utf8' })
}

describe('the user data of cloud-init', function () {
  this.timeout(120_000)
  before(function () {
    needRuntime(this, CLOUD_INIT, true)
  })

  it('matches the schema of cloud-init, which finds a key that does not exist', () =>
    withDirectory(async home => {
      const valid = checkSchema(USER_DATA)
      assert.match(valid.stdout, /Valid schema/, valid.stderr)
      const wrong = path.join(home, 'wrong.yaml')
      await fs.writeFile(wrong, (await fs.readFile(USER_DATA, 'utf8')).replace('runcmd:', 'runcmds:'))
      const { status, stderr } = checkSchema(wrong)
      assert.notEqual(status, 0)
      assert.match(stderr, /runcmds/)
    }))

  it('installs the file with the right checksum, applies the list and restarts containerd', async () => {
    const { status, output } = await bootWith(sha256(DOWNLOAD))
    assert.equal(status, 0, output)
    assert.match(output, /created \/etc\/containerd\/certs\.d\/docker\.io\/hosts\.toml/)
    assert.match(output, /systemctl try-restart containerd\n.*https:\/\/mirror\.example\.com/s)
  })

  it('changes nothing when the checksum is wrong', async () => {
    const { status, output } = await bootWith(sha256('another file'))
    assert.notEqual(status, 0)
    assert.match(output, /computed checksum did NOT match/)
    assert.doesNotMatch(output, /created|systemctl/)
  })
})

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')

/** Carries it out with a server that has the program, and with this checksum. */
async function bootWith(checksum: string): Promise<{ readonly status: number; readonly output: string }> {
  const server = http.createServer((_, response) => response.end(DOWNLOAD))
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  try {
    return await withDirectory(async home => {
      const text = (await fs.readFile(USER_DATA, 'utf8'))
        .replace('https://downloads.example.com', `http://127.0.0.1:${port}`)
        .replace(/0{64}/, checksum)
      await fs.writeFile(path.join(home, 'user-data.yaml'), text)
      const { words, env } = python('-c', CARRY_OUT, 'user-data.yaml')
      const args = ['--mount', '--propagation', 'private', 'sh', '-c', IN_A_MACHINE, 'sh', ...words]
      return await promisify(execFile)('unshare', args, { cwd: home, env }).then(
        ({ stdout, stderr }) => ({ status: 0, output: stdout + stderr }),
        error => ({ status: error.code, output: error.stdout + error.stderr }),
      )
    })
  } finally {
    server.close()
  }
}
