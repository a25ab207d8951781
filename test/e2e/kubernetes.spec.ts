/**
 * The pods of templates/kubernetes in a real containerd, started through CRI as a kubelet starts them: the image of the
 * Containerfile, the mounts, the capabilities and the seccomp profile of the manifests. The same containerd pulls through
 * the mirrors that the pods write.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Container, PodSpec, Probe } from 'kubernetes-types/core/v1.js'
import { freePort } from '../support/behaviours/programs.ts'
import { buildImage } from '../support/image.ts'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'
import { readTree, type Tree, writeTree } from '../support/tree.ts'
import { eventually } from '../support/watching.ts'
import { type KubeNode, needPods, startKubeNode } from './support/kube-node.ts'
import { configMapOf, KUBECTL, podSpecOf, renderKustomization } from './support/kubectl.ts'
import type { Files } from './support/kubelet-volumes.ts'
import type { RunningContainer } from './support/pod.ts'
import { needRuntime } from './support/runtimes.ts'

const CERTS = '/etc/containerd/certs.d'
const HOSTS = `${CERTS}/docker.io/hosts.toml`
const SECRET = 'Bearer planted-in-a-secret'
const TLS = path.resolve(import.meta.dirname, '../probe/tls')
const DOCS = path.resolve(import.meta.dirname, '../../docs/kubernetes.md')
const IMAGE = buildImage('library/busybox')
/** Files of the node before its first pod. */
const BEFORE: Tree = {
  'docker.io/hosts.toml': 'server = "https://registry-1.docker.io"\n',
  'other.test/hosts.toml': 'server = "https://other.test"\n',
}

/** One file of a cluster: an overlay on another port, because tests run at the same time. */
const kustomization = (resource: string, port: number) => `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [${resource}]
patches:
  - target: { kind: DaemonSet }
    patch: |
      - { op: replace, path: /spec/template/spec/containers/0/env/0/value, value: "127.0.0.1:${port}" }
      - { op: replace, path: /spec/template/spec/containers/0/ports/0/containerPort, value: ${port} }
`

const listOf = (mirrors: readonly string[]) => `version = 1
[health]
interval = "1s"
[registries."docker.io"]
server = "http://127.0.0.1:9"
mirrors = [${mirrors.join(', ')}]
[targets.containerd]
config = false
`
const quote = (text: string) => JSON.stringify(text)

describe('a pod of Kubernetes', function () {
  this.timeout(240_000)
  let home = ''
  let port = 0
  let node: KubeNode
  let first: LoopbackRegistry
  let second: LoopbackRegistry
  let secure: LoopbackRegistry
  let watcher: RunningContainer
  let spec: PodSpec
  let update = async (_list: Files, _secret: Files = {}) => {}

  before(async function () {
    needPods(this)
    needRuntime(this, KUBECTL, true)
    home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-kube-'))
    port = await freePort()
    first = await startRegistry({ images: [IMAGE] })
    second = await startRegistry({ images: [IMAGE] })
    spec = podSpecOf(await render('kubernetes/base'))
    const [cert, key, ca] = await Promise.all(
      ['server.pem', 'server-key.pem', 'ca.pem'].map(name => fs.readFile(path.join(TLS, name), 'utf8')),
    )
    secure = await startRegistry({ images: [IMAGE], tls: { cert, key } })
    const files = { 'etc/ssl/certs/ca-certificates.crt': ca }
    node = await startKubeNode(home, watchContainer(spec).image ?? '', files)
    await writeTree(node.at(CERTS), BEFORE)
  })
  after(async () => {
    for (const one of [node, first, second, secure]) await one?.close()
    await fs.rm(home, { recursive: true, force: true })
  })

  const render = async (resource: string) =>
    await renderKustomization(await fs.mkdtemp(path.join(home, 'overlay-')), {
      'kustomization.yaml': kustomization(resource, port),
    })
  const hosts = () => fs.readFile(node.at(HOSTS), 'utf8')
  const untilHosts = (what: string, isSo: (text: string) => boolean) =>
    eventually(
      async () => isSo(await hosts()) || undefined,
      () => `hosts.toml does not ${what}`,
    )
  const isReady = async () => (await check(spec, watchContainer(spec).readinessProbe)) === 200 || undefined
  const untilReady = () => eventually(isReady, () => 'the pod is not ready')

  it('applies the list without any capability, on a read-only file system', async () => {
    const pod = await node.pod(spec, {
      'regmirror-list': { 'mirrors.toml': listOf([first.url, second.url].map(quote)) },
    })
    update = (list, secret = {}) => pod.volumes.update({ 'regmirror-list': list, 'regmirror-files': secret })
    watcher = await pod.start(watchContainer(spec))
    await untilHosts('have the mirrors', text => text.indexOf(second.url) > text.indexOf(first.url))
    await untilReady()
    const status = await fs.readFile(`/proc/${watcher.pid}/status`, 'utf8')
    for (const set of ['CapPrm', 'CapEff', 'CapBnd'])
      assert.match(status, new RegExp(`^${set}:\t0{16}$`, 'm'))
    assert.match(status, /^NoNewPrivs:\t1\nSeccomp:\t2$/m)
    const mounts = await fs.readFile(`/proc/${watcher.pid}/mountinfo`, 'utf8')
    for (const place of ['/', '/etc/containerd', '/etc/regmirror', '/etc/ssl/certs'])
      assert.match(mounts, new RegExp(`^\\S+ \\S+ \\S+ \\S+ ${place} ro,`, 'm'))
  })

  it('needs less memory than it requests', async () => {
    const status = await fs.readFile(`/proc/${watcher.pid}/status`, 'utf8')
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? []
    const requested = watchContainer(spec).resources?.requests?.memory
    assert.ok(
      Number(kibibytes) / 1024 < Number.parseInt(requested ?? '', 10),
      `${kibibytes} kB of ${requested}`,
    )
  })

  it('makes containerd pull through the mirror', async () => {
    first.clear()
    assert.equal(await node.daemon.cri.pull('busybox'), IMAGE.blobs[0]?.digest)
    const paths = first.requests.map(({ path }) => path)
    for (const { digest } of IMAGE.blobs)
      assert.ok(paths.includes(`/v2/library/busybox/blobs/${digest}`), digest)
  })

  it('removes a mirror that fails, and returns it', async () => {
    first.behave('broken')
    await untilHosts('lose the mirror', text => !text.includes(first.url))
    assert.equal(await isReady(), true)
    first.behave('healthy')
    await untilHosts('have the mirror again', text => text.includes(first.url))
  })

  it('reads a ConfigMap and a Secret after kubelet has replaced them', async () => {
    const entry = `{ url = "${second.url}", header = { Authorization = { file = "token" } } }`
    await update({ 'mirrors.toml': listOf([entry]) }, { token: SECRET })
    await untilHosts('have the header', text => text.includes(SECRET))
    assert.equal((await fs.stat(node.at(HOSTS))).mode & 0o777, 0o600)
    await update({ 'mirrors.toml': listOf([entry]) }, { token: `${SECRET}-renewed` })
    await untilHosts('have the new header', text => text.includes(`${SECRET}-renewed`))
    assert.ok(!(await watcher.log()).includes(SECRET))
  })

  it('trusts the CA certificates of the node, as its containerd does', async () => {
    const url = secure.url.replace('http:', 'https:')
    await update({ 'mirrors.toml': listOf([quote(url)]) })
    const up = new RegExp(`^regmirror_up\\{.*url="${url}/v2".*\\} 1$`, 'm')
    const metrics = () => fetch(`http://127.0.0.1:${port}/metrics`).then(response => response.text())
    await eventually(
      async () => up.test(await metrics()) || undefined,
      () => 'the mirror is not healthy',
    )
    secure.clear()
    await node.daemon.cri.pull(`busybox@${IMAGE.manifest.digest}`)
    assert.ok(secure.requests.length > 0)
  })

  it('is not ready while the list is invalid, but stays alive and changes nothing', async () => {
    const before = await hosts()
    await update({ 'mirrors.toml': 'version = 1\nregistrys = 1\n' })
    await eventually(
      async () => ((await isReady()) ? undefined : true),
      () => 'the pod is still ready',
    )
    assert.equal(await check(spec, watchContainer(spec).livenessProbe), 200)
    assert.equal(await hosts(), before)
    assert.match(await watcher.log(), /mirrors\.toml:2:1: .*registrys/)
    await update({ 'mirrors.toml': listOf([quote(first.url)]) })
    await untilReady()
  })

  it('stops with exit code 0 within the grace period, and the mirrors stay', async () => {
    assert.equal(await watcher.stop(), 0)
    assert.match(await hosts(), new RegExp(first.url))
  })

  it('is uninstalled: the node is as before, and the pod waits', async () => {
    const manifests = await render('kubernetes/overlays/uninstall')
    const uninstall = podSpecOf(manifests)
    const files = configMapOf(manifests, 'regmirror-nothing')
    const pod = await node.pod(uninstall, { 'regmirror-nothing': files })
    const restore = await pod.start(initContainer(uninstall))
    assert.equal(await restore.ended(), 0, await restore.log())
    const restored = async () => {
      assert.deepEqual(await readTree(node.at(CERTS)), BEFORE)
      assert.deepEqual(await fs.readdir(node.at('/var/lib/regmirror')), [])
    }
    await restored()
    const waiting = await pod.start(watchContainer(uninstall))
    await untilReady()
    assert.equal(await waiting.stop(), 0)
    await restored()
    await pod.remove()
  })

  it('refuses the file of another user, except with the capabilities of the docs', async () => {
    const add = /add the capabilities (.*?)\.$/m.exec(await fs.readFile(DOCS, 'utf8'))?.[1]?.match(/[A-Z_]+/g)
    const owned = async () => (await fs.stat(node.at(HOSTS))).uid
    await fs.chmod(node.at(HOSTS), 0o600)
    await fs.chown(node.at(HOSTS), 1000, 1000)
    const lists = { 'regmirror-list': { 'mirrors.toml': listOf([quote(first.url)]) } }
    const apply = async (container: Container, capabilities: readonly string[]) => {
      const pod = await node.pod(spec, lists)
      const ran = await pod.start(withCapabilities(container, capabilities))
      const code = await ran.ended()
      const log = await ran.log()
      await pod.remove()
      const required = /root in a container requires (.*)$/m.exec(log)?.[1]
      if (code !== 0) assert.deepEqual(required?.match(/[A-Z_]+/g), add, log)
      return code
    }
    const [applying, restoring] = [['apply', '--no-probe'], ['restore']].map(args => ({
      ...watchContainer(spec),
      args,
    }))
    assert.ok(applying && restoring && add?.length === 3)
    assert.equal(await apply(applying, []), 2)
    assert.deepEqual([await readTree(node.at(CERTS)), await owned()], [BEFORE, 1000])
    assert.equal(await apply(applying, add), 0)
    assert.equal(await owned(), 0)
    for (const missing of add)
      assert.equal(
        await apply(
          restoring,
          add.filter(one => one !== missing),
        ),
        2,
        missing,
      )
    assert.equal(await apply(restoring, add), 0)
    assert.deepEqual([await readTree(node.at(CERTS)), await owned()], [BEFORE, 1000])
    await fs.chown(node.at(HOSTS), 0, 0)
  })

  it('writes nothing until a mirror in the cluster is healthy', async () => {
    const cluster = podSpecOf(await render('kubernetes/overlays/in-cluster'))
    first.behave('broken')
    const pod = await node.pod(cluster, { 'regmirror-list': { 'mirrors.toml': listOf([quote(first.url)]) } })
    const apply = await pod.start(initContainer(cluster))
    await eventually(
      async () =>
        (await apply.log()).includes('waiting up to 10m until pulls by tag work: docker.io') || undefined,
      () => 'it does not wait',
    )
    assert.deepEqual(await readTree(node.at(CERTS)), BEFORE)
    first.behave('healthy')
    assert.equal(await apply.ended(), 0, await apply.log())
    assert.match(await hosts(), new RegExp(first.url))
    await pod.remove()
  })
})

function watchContainer({ containers: [container] }: PodSpec): Container {
  assert.ok(container)
  return container
}

function initContainer({ initContainers: [container] = [] }: PodSpec): Container {
  assert.ok(container)
  return container
}

function withCapabilities(container: Container, add: readonly string[]): Container {
  const { securityContext = {} } = container
  const capabilities = { ...securityContext.capabilities, add: [...add] }
  return { ...container, securityContext: { ...securityContext, capabilities } }
}

/** What the kubelet of the node gets from a check; undefined without a response. */
async function check(spec: PodSpec, probe: Probe | undefined): Promise<number | undefined> {
  const { host, path: target, port } = probe?.httpGet ?? {}
  const named = watchContainer(spec).ports?.find(({ name }) => name === port)
  const url = `http://${host}:${named?.containerPort}${target}`
  return await fetch(url).then(
    ({ status }) => status,
    () => undefined,
  )
}
