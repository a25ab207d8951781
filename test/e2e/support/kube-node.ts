/** A node of a cluster without its kubelet: a containerd that runs pods, and pulls through what they write. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, globSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { PodSpec } from 'kubernetes-types/core/v1.js'
import { EXECUTABLE } from '../../support/program.ts'
import { type Tree, writeTree } from '../../support/tree.ts'
import { eventually } from '../../support/watching.ts'
import { type ContainerTree, type Copied, makeContainerTree } from './container-tree.ts'
import { type Daemon, makeNode, startContainerd } from './containerd.ts'
import { openCri } from './cri.ts'
import { importImage } from './image-archive.ts'
import { TEMPLATES } from './kubectl.ts'
import { type Files, makeVolumes, type Volumes } from './kubelet-volumes.ts'
import { CGROUP, type Pod, runPod } from './pod.ts'
import { needRuntime, skip, treeOf } from './runtimes.ts'

const RUNTIME = 'containerd-trixie'
/** Its tree also has the C and C++ libraries. */
const LIBRARIES = 'systemd-trixie'

const PROJECT = path.resolve(import.meta.dirname, '../../..')
const LIB = '/usr/lib/x86_64-linux-gnu'
const CONFIG = `version = 2
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "docker.io/library/pause:1"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "/etc/containerd/certs.d"
`

const FILES: Tree = {
  'etc/containerd/config.toml': CONFIG,
  'etc/hosts': '127.0.0.1 localhost\n',
  'etc/resolv.conf': 'nameserver 127.0.0.1\n',
}

/** For a `before` hook: skips the suite where this machine cannot run pods. */
export function needPods(context: Mocha.Context): void {
  for (const name of [RUNTIME, LIBRARIES]) needRuntime(context, name, true)
  const [version2, version1] = ['/sys/fs/cgroup/cgroup.procs', '/sys/fs/cgroup/memory/cgroup.procs']
  if (![version2, version1].some(isWritable)) skip(context, 'root may not create cgroups here')
  if (process.arch !== 'x64') skip(context, 'the image is for x64')
}

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK)
    return true
  } catch {
    return false
  }
}

export interface KubeNode {
  /** A path on the node, on this machine. */
  at(file: string): string
  readonly daemon: Daemon
  pod(spec: PodSpec, sources: Readonly<Record<string, Files>>): Promise<Pod & { readonly volumes: Volumes }>
  close(): Promise<void>
}

/** Starts the containerd of a node with these files, and with an image of regmirror as its Containerfile makes it. */
export async function startKubeNode(home: string, image: string, files: Tree): Promise<KubeNode> {
  const root = await makeNode(home)
  const at = (file: string) => path.join(root, file)
  await writeTree(root, { ...FILES, ...files })
  const daemon = await startContainerd(treeOf(RUNTIME), root, {})
  const cri = openCri(at('run/containerd/containerd.sock'))
  const pods: Pod[] = []
  const close = async () => {
    for (const pod of pods) await pod.remove()
    cri.close()
    await daemon.stop()
    for (const left of globSync(`/sys/fs/cgroup/{,*/}${CGROUP}`)) await fs.rmdir(left)
  }
  try {
    await addImage(root, 'pause:1', path.join(home, 'pause'), await makePause(path.join(home, 'pause')))
    await addImage(root, image, path.join(home, 'tree'), await makeTree(home))
    for (const name of ['pause:1', image]) await hasImage(cri, name)
  } catch (error) {
    await close()
    throw error
  }
  return {
    ...{ at, daemon, close },
    pod: async (spec, sources) => {
      const volumes = await makeVolumes(root, spec, sources)
      const pod = await runPod(cri.call, root, spec, volumes.paths)
      pods.push(pod)
      const remove = async () => {
        pods.splice(pods.indexOf(pod), 1)
        await pod.remove()
      }
      return { ...pod, remove, volumes }
    },
  }
}

const addImage = (root: string, name: string, tree: string, config: ContainerTree) =>
  importImage(treeOf(RUNTIME), root, name, tree, config)

/** The files that the Containerfile copies. */
async function makeTree(home: string): Promise<ContainerTree> {
  const folder = path.join(home, 'build')
  if (EXECUTABLE === undefined) buildInto(folder)
  const program = EXECUTABLE ?? path.join(folder, 'regmirror')
  const find = ({ from, source }: Copied) =>
    from === undefined ? program : path.join(treeOf(LIBRARIES), source)
  return await makeContainerTree(
    path.join(TEMPLATES, 'Containerfile'),
    'amd64',
    find,
    path.join(home, 'tree'),
  )
}

function buildInto(folder: string): void {
  const env = { ...process.env, REGMIRROR_NODE: 'own' }
  const build = ['tools/dev.sh', 'node', path.join(PROJECT, 'tools/single/build.ts'), folder]
  execFileSync('sh', build, { cwd: PROJECT, env, stdio: 'pipe' })
}

/** A program that waits, for the container that holds the namespaces of a pod. */
async function makePause(tree: string): Promise<ContainerTree> {
  for (const [from, to] of [
    ['/usr/bin/sleep', '/sleep'],
    [`${LIB}/libc.so.6`, `${LIB}/libc.so.6`],
    [`${LIB}/ld-linux-x86-64.so.2`, '/lib64/ld-linux-x86-64.so.2'],
  ] as const) {
    await fs.mkdir(path.dirname(path.join(tree, to)), { recursive: true })
    await fs.copyFile(path.join(treeOf(LIBRARIES), from), path.join(tree, to))
  }
  return { entrypoint: ['/sleep', 'infinity'], env: [] }
}

/** CRI finds an imported image a moment later. */
async function hasImage({ call }: ReturnType<typeof openCri>, image: string): Promise<void> {
  const find = async () => {
    const found = await call<{ image: unknown }>('ImageService', 'ImageStatus', { image: { image } })
    return found.image ?? undefined
  }
  await eventually(find, () => `${image} is not in CRI`)
}
