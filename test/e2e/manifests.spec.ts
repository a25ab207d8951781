/** The manifests of templates/kubernetes as kubectl renders them, against the types of the Kubernetes API. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Container, PodSpec, Volume } from 'kubernetes-types/core/v1.js'
import { typedName } from '../../lib/commands/flag-types.ts'
import { commands } from '../../lib/commands/index.ts'
import { withDirectory } from '../support/tree.ts'
import { findTypeErrors } from './support/check-manifests.ts'
import { readCopies } from './support/container-tree.ts'
import { KUBECTL, type Manifest, podSpecOf, renderKustomization, TEMPLATES } from './support/kubectl.ts'
import { needRuntime } from './support/runtimes.ts'

const PROJECT = path.resolve(import.meta.dirname, '../..')
const DOCS = path.join(PROJECT, 'docs/kubernetes.md')

const folders = (pattern: string) =>
  globSync(pattern, { cwd: TEMPLATES })
    .map(file => path.dirname(file))
    .sort()
const components = folders('components/*/kustomization.yaml')
const overlays = ['base', ...folders('overlays/*/kustomization.yaml')]

/** Each overlay, each component on the base, all components together, and the example of the docs. */
const cases: Readonly<Record<string, string>> = {
  ...Object.fromEntries(overlays.map(overlay => [overlay, kustomization(overlay, [])])),
  ...Object.fromEntries(components.map(component => [component, kustomization('base', [component])])),
  'all components': kustomization('base', components),
  'the example of the docs': blocksOf('yaml')[0] ?? '',
  'the uninstall of the docs': (blocksOf('yaml')[1] ?? '').replace('../kubernetes', 'kubernetes'),
}

function kustomization(resource: string, parts: readonly string[]): string {
  const list = (names: readonly string[]) => names.map(name => `kubernetes/${name}`).join(', ')
  return `resources: [${list([resource])}]\ncomponents: [${list(parts)}]\n`
}

function blocksOf(language: string): readonly string[] {
  const blocks = readFileSync(DOCS, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))
  return [...blocks].map(([, block = '']) => block)
}

const FILES = {
  'mirrors.toml': 'version = 1\n[registries]\n',
  'robot.password': 'secret\n',
  'corp-ca.pem': 'a certificate\n',
}

describe('the Containerfile', () => {
  it('copies the same files for both architectures', async () => {
    const names = async (arch: string, triplet: string) => {
      const copies = await readCopies(path.join(TEMPLATES, 'Containerfile'), arch)
      return copies.map(({ target }) =>
        target.replace(triplet, 'TRIPLET').replace(/^.*ld-linux.*$/, 'LOADER'),
      )
    }
    const amd64 = await names('amd64', 'x86_64-linux-gnu')
    assert.equal(amd64.length, 8)
    assert.deepEqual(await names('arm64', 'aarch64-linux-gnu'), amd64)
  })
})

describe('the manifests for Kubernetes', function () {
  this.timeout(120_000)
  const rendered = new Map<string, readonly Manifest[]>()
  const pods = () => [...rendered.values()].map(podSpecOf)
  const all = () => pods().flatMap(pod => containersOf(pod).map(container => ({ pod, container })))

  before(async function () {
    needRuntime(this, KUBECTL, false)
    for (const [title, text] of Object.entries(cases)) {
      const files = { ...FILES, 'kustomization.yaml': text }
      await withDirectory(async directory => {
        rendered.set(title, await renderKustomization(directory, files))
      })
    }
  })

  it('have the types of the Kubernetes API', async () => {
    assert.ok(components.length >= 4 && overlays.length >= 3)
    assert.equal(await findTypeErrors([...rendered.values()].flat()), '')
  })

  it('are checked: a key that does not exist and a value of another type are found', async () => {
    const text = JSON.stringify(rendered.get('base'))
    for (const [from, to, error] of [
      ['"dnsPolicy"', '"dnsPolice"', /'"dnsPolice"' does not exist/],
      [
        '"hostNetwork":true',
        '"hostNetwork":"yes"',
        /'string' is not assignable to type 'boolean | undefined'/,
      ],
    ] as const) {
      assert.ok(text.includes(from))
      assert.match(await findTypeErrors(JSON.parse(text.replace(from, to))), error)
    }
  })

  it('select the pods that they make', () => {
    for (const manifests of rendered.values())
      for (const manifest of manifests)
        if (manifest.kind === 'DaemonSet' && 'spec' in manifest) {
          const { selector, template } = manifest.spec as {
            selector: object
            template: { metadata: { labels: object } }
          }
          assert.deepEqual(selector, { matchLabels: template.metadata.labels })
        }
  })

  it('mount volumes that exist, of the node only directories and only those that regmirror needs', () => {
    for (const { pod, container } of all()) {
      const volumes = new Map(pod.volumes?.map(volume => [volume.name, volume]))
      for (const { name, mountPath, readOnly } of container.volumeMounts ?? []) {
        const volume = volumes.get(name)
        assert.ok(volume, name)
        if (volume.hostPath) assertMount(volume, mountPath, readOnly === true)
        else assert.ok(readOnly || volume.emptyDir, name)
      }
    }
  })

  it('give no container a privilege', () => {
    for (const { pod, container } of all()) {
      const { capabilities, ...context } = container.securityContext ?? {}
      assert.deepEqual(context, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true })
      assert.deepEqual(capabilities, { drop: ['ALL'] })
      assert.deepEqual(pod.securityContext?.seccompProfile, { type: 'RuntimeDefault' })
      assert.equal(pod.automountServiceAccountToken, false)
      assert.ok(!pod.hostPID && !pod.hostIPC)
    }
  })

  it('start commands and flags that exist, from the image of this version', () => {
    const { version } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8'))
    for (const { container } of all()) {
      assert.match(container.image ?? '', new RegExp(`(^|/)regmirror:${version}$`))
      const [name, ...rest] = container.args ?? []
      const command = commands.find(command => command.name === name)
      assert.ok(command, name)
      const known = Object.keys(command.flags).map(flag => `--${typedName(flag)}`)
      for (const flag of rest.filter(word => word.startsWith('--'))) assert.ok(known.includes(flag), flag)
    }
  })

  it('check ports that the container has, on the address where it listens', () => {
    for (const pod of pods()) {
      const [container] = pod.containers
      const listen = container?.env?.find(({ name }) => name === 'LISTEN')?.value ?? ''
      const [host = '', port] = listen.split(':')
      assert.deepEqual(container?.ports, [{ name: 'http', containerPort: Number(port) }])
      for (const probe of [container?.startupProbe, container?.livenessProbe, container?.readinessProbe]) {
        assert.equal(probe?.httpGet?.port, 'http')
        assert.ok(['', '0.0.0.0', probe?.httpGet?.host].includes(host))
      }
    }
  })

  it('keep the list that watchers read when they are uninstalled', () => {
    const names = (title: string) =>
      (rendered.get(title) ?? [])
        .filter(({ kind }) => kind === 'ConfigMap')
        .map(({ metadata }) => metadata?.name)
    assert.deepEqual(names('base'), ['regmirror-list'])
    assert.deepEqual(names('overlays/uninstall'), ['regmirror-nothing'])
  })
})

function containersOf({ containers, initContainers = [] }: PodSpec): readonly Container[] {
  return [...initContainers, ...containers]
}

/** Writable are the files that regmirror writes; on the node and in the container they have the same path. */
function assertMount({ hostPath }: Volume, mountPath: string, readOnly: boolean): void {
  const writable = ['/etc/containerd/certs.d', '/var/lib/regmirror']
  const readable = ['/etc/containerd', '/etc/ssl/certs', '/etc/pki']
  assert.equal(hostPath?.path, mountPath)
  assert.match(hostPath?.type ?? '', /^Directory(OrCreate)?$/)
  assert.ok((readOnly ? readable : writable).includes(mountPath), mountPath)
}
