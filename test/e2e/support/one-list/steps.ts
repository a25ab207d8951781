/**
 * A day of a node with containerd, Docker, Podman, Skopeo and Buildah, and with the files of BuildKit, nerdctl and k3s: one
 * list configures all of them. The request logs of two mirrors on loopback are the witness.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { buildImage, type Image } from '../../../support/image.ts'
import { AS_BUILT } from '../../../support/program.ts'
import { type LoopbackRegistry, startRegistry } from '../../../support/registry.ts'
import { readTree, type Tree } from '../../../support/tree.ts'
import { connectCri } from '../cri.ts'
import { type Dockerd, pull as pullWithDocker, readInfo, startDockerd } from '../docker/dockerd.ts'

const LIST = '/root/mirrors.toml'
const SOCKET = '/run/containerd/containerd.sock'

/** What people had there before. */
const FILES: Readonly<Record<string, string>> = {
  '/etc/containerd/config.toml': `# the node's own
version = 3
root = "/var/lib/containerd"

[plugins."io.containerd.cri.v1.images".registry]
  config_path = "/etc/containerd/certs.d"
`,
  '/etc/docker/daemon.json':
    '{\n\t"data-root": "/var/lib/docker",\n\t"insecure-registries": ["reg.example:5000"]\n}\n',
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  '/etc/containers/policy.json': '{"default":[{"type":"insecureAcceptAnything"}]}\n',
  '/etc/containers/registries.conf': 'unqualified-search-registries = ["docker.io"]\n',
  '/etc/buildkit/buildkitd.toml': '# ours\ndebug = true\n\n[worker.oci]\n  enabled = true\n',
  '/etc/nerdctl/nerdctl.toml': 'debug = false # quiet\n',
  '/etc/rancher/k3s/registries.yaml':
    '# logins\nconfigs:\n  "reg.example:5000":\n    auth: {username: robot, password: "s3cret"}\n',
}

const CLIENTS: Readonly<Record<string, (image: string) => Promise<unknown>>> = {
  containerd: pullWithContainerd,
  Docker: pullWithDocker,
  Podman: image => runPodman('podman', image),
  Buildah: image => runPodman('buildah', image),
  Skopeo: image => run('skopeo', 'copy', '-q', `docker://${image}`, `dir:/tmp/image-${image.split(':v')[1]}`),
}

const images: readonly Image[] = Array.from({ length: 30 }, (_, i) =>
  buildImage('library/x', `v${i}`, `layer ${i}\n`),
)
const node: {
  before?: Tree
  near?: LoopbackRegistry
  far?: LoopbackRegistry
  containerd?: ChildProcess
  docker?: Dockerd
  watcher?: ChildProcess
} = {}
let pulled = 0
let said = ''

/** In their order; a step relies on those before it. */
export const steps: Readonly<Record<string, () => Promise<void>>> = {
  'applies one list to every target': async () => {
    for (const directory of ['/root', '/var/tmp']) await fs.mkdir(directory, { recursive: true })
    for (const [file, text] of Object.entries(FILES)) {
      await fs.mkdir(path.dirname(file), { recursive: true })
      await fs.writeFile(file, text)
    }
    node.containerd = await startContainerd()
    node.docker = await startDockerd(['--storage-driver', 'vfs', '--containerd-namespace', 'moby'])
    node.before = await readTree('/etc')
    node.near = await startRegistry({ images })
    node.far = await startRegistry({ images })
    const mirrors = [node.near.origin, node.far.origin].map(url => JSON.stringify(url)).join(', ')
    const targets = ['containerd', 'docker', 'containers', 'buildkit', 'nerdctl', 'k3s']
    await fs.writeFile(
      LIST,
      `version = 1
[registries."docker.io"]
mirrors = [${mirrors}]
[health]
interval = "1s"
timeout = "2s"
${targets.map(name => `[targets.${name}]\n`).join('')}`,
    )
    await regmirror('apply', '-f', LIST, '--reload', '--no-probe')
    assert.match(await fs.readFile('/etc/buildkit/buildkitd.toml', 'utf8'), /127\.0\.0\.1/)
    assert.match(await fs.readFile('/etc/rancher/k3s/registries.yaml', 'utf8'), /endpoint:/)
    assert.match(await regmirror('plan', '-f', LIST, '--check'), /nothing to do/)
  },
  'each client pulls through the first mirror': async () => {
    for (const [client, pull] of Object.entries(CLIENTS)) await pullsThrough(client, pull, mirror('near'))
  },
  'the watcher takes a mirror that fails out of the files of all, and reloads Docker': async () => {
    const { origin } = mirror('near')
    node.watcher = startWatcher()
    await until(() => /"event":"started"|watching|listening/.test(said), 'the watcher starts')
    mirror('near').behave('broken')
    await until(async () => {
      const mirrors = (await readInfo()).RegistryConfig.Mirrors ?? []
      const files = await Promise.all(
        [
          '/etc/containerd/certs.d/docker.io/hosts.toml',
          '/etc/containers/registries.conf.d/90-regmirror.conf',
        ].map(file => fs.readFile(file, 'utf8')),
      )
      const { host } = new URL(origin)
      return !files.some(text => text.includes(host)) && !mirrors.some(url => url.includes(host))
    }, 'the mirror is removed')
    assert.ok(node.docker?.alive())
  },
  'each client pulls through the other mirror, and requests nothing of the first': async () => {
    mirror('near').clear()
    for (const [client, pull] of Object.entries(CLIENTS)) await pullsThrough(client, pull, mirror('far'))
    // Only probes of the watcher: they ping.
    const paths = mirror('near').requests.map(one => one.path)
    assert.ok(
      paths.every(one => one === '/v2/' || one === '/v2'),
      String(paths),
    )
  },
  'has the mirror back when it recovers': async () => {
    mirror('near').behave('healthy')
    const { host } = new URL(mirror('near').origin)
    await until(
      async () => (await readInfo()).RegistryConfig.Mirrors?.some(url => url.includes(host)) === true,
      'the mirror is back in Docker',
    )
    await until(
      async () =>
        (await fs.readFile('/etc/containers/registries.conf.d/90-regmirror.conf', 'utf8')).includes(host),
      'the mirror is back for Podman',
    )
    for (const [client, pull] of Object.entries(CLIENTS)) await pullsThrough(client, pull, mirror('near'))
  },
  'is restored byte for byte': async () => {
    const { watcher } = node
    if (watcher !== undefined) {
      const ended = once(watcher, 'exit')
      watcher.kill('SIGTERM')
      await ended
    }
    await regmirror('restore', '--reload')
    assert.deepEqual(await readTree('/etc'), node.before)
    assert.deepEqual((await readInfo()).RegistryConfig.Mirrors ?? [], [])
    await node.docker?.stop()
    node.containerd?.kill('SIGTERM')
  },
}

function mirror(name: 'near' | 'far'): LoopbackRegistry {
  const found = node[name]
  if (found === undefined) throw new Error(`${name} has not started`)
  return found
}

/** An image that no pull had before comes from this mirror, with its layer. */
async function pullsThrough(
  client: string,
  pull: (image: string) => Promise<unknown>,
  from: LoopbackRegistry,
): Promise<void> {
  const image = images[pulled]
  pulled += 1
  from.clear()
  await pull(`docker.io/library/x:${image?.tag}`)
  const paths = from.requests.map(one => one.path)
  const layer = image?.blobs.at(-1)?.digest
  assert.ok(
    paths.some(one => one.endsWith(`/blobs/${layer}`)),
    `${client}: no layer of ${image?.tag} in ${paths}`,
  )
}

async function run(program: string, ...args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { timeout: 120_000 })
    return stderr + stdout
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code: number; stdout?: string; stderr?: string }
    throw new Error(`${program} ${args.join(' ')}: exit code ${code}\n${stderr}${stdout}`)
  }
}

async function regmirror(...args: readonly string[]): Promise<string> {
  const [program, ...first] = AS_BUILT
  return await run(program, ...first, ...args)
}

function runPodman(program: 'podman' | 'buildah', image: string): Promise<string> {
  const storage = ['--storage-driver', 'vfs', '--root', '/tmp/storage', '--runroot', '/tmp/run']
  const cgroups = program === 'podman' ? ['--cgroup-manager', 'cgroupfs'] : []
  return run(program, ...storage, ...cgroups, 'pull', '-q', image)
}

async function pullWithContainerd(image: string): Promise<void> {
  const cri = connectCri(SOCKET)
  try {
    await cri.pull(image)
  } finally {
    cri.close()
  }
}

async function startContainerd(): Promise<ChildProcess> {
  const daemon = spawn('/usr/bin/containerd', { stdio: ['ignore', 'ignore', 'ignore'] })
  const cri = connectCri(SOCKET)
  try {
    await until(async () => (await cri.version().catch(() => undefined)) !== undefined, 'containerd serves')
  } finally {
    cri.close()
  }
  return daemon
}

function startWatcher(): ChildProcess {
  const [program, ...first] = AS_BUILT
  const args = [...first, 'watch', '-f', LIST, '--listen', '127.0.0.1:0', '--log-format', 'json']
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => {
      said += String(chunk)
    })
  return child
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 1200; tries += 1) {
    if (await holds()) return
    await sleep(50)
  }
  throw new Error(`${what}: not within a minute\n${said.slice(-4000)}`)
}
