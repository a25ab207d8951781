/** What explain says of a pull is what the programs request: files in any order, longer prefixes, blocked hosts. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { openReader } from '../../lib/system/reader.ts'
import { observe } from '../../lib/targets/containers/observe.ts'
import { endpoints } from '../../lib/targets/containers/pull/endpoints.ts'
import { buildImage } from '../support/image.ts'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'
import { type Tree, writeTree } from '../support/tree.ts'
import { openPodman, type PodmanNode, podmans } from './support/podman.ts'
import { needRuntime } from './support/runtimes.ts'

const IMAGE = buildImage('library/x', '1')
const MAIN = 'etc/containers/registries.conf'
const DIRECTORY = 'etc/containers/registries.conf.d'
const USER = 'root/.config/containers'

interface Hosts {
  readonly near: string
  readonly far: string
  readonly up: string
}

type Make = (hosts: Hosts) => Tree

const table = (prefix: string, mirrors: readonly string[], more = '', location = prefix) =>
  `[[registry]]\nprefix = "${prefix}"\nlocation = "${location}"\n${more || 'insecure = true\n'}${mirrors
    .map(at => `[[registry.mirror]]\nlocation = "${at}"\ninsecure = true\n`)
    .join('')}`

/** The image is pulled from `up`; `by` is its digest where the case is about that. */
const CASES: Readonly<Record<string, Make | { readonly make: Make; readonly byDigest: true }>> = {
  'a mirror': ({ near, up }) => ({ [MAIN]: table(up, [near]) }),
  'two mirrors': ({ near, far, up }) => ({ [MAIN]: table(up, [far, near]) }),
  'a later drop-in': ({ near, far, up }) => ({
    [`${DIRECTORY}/10-a.conf`]: table(up, [near]),
    [`${DIRECTORY}/20-b.conf`]: table(up, [far]),
  }),
  'a later drop-in without mirrors': ({ near, up }) => ({
    [MAIN]: table(up, [near]),
    [`${DIRECTORY}/20-b.conf`]: table(up, []),
  }),
  'the first table of a file': ({ near, far, up }) => ({ [MAIN]: table(up, [near]) + table(up, [far]) }),
  'a drop-in of the user, with a lower number': ({ near, far, up }) => ({
    [`${DIRECTORY}/90-a.conf`]: table(up, [near]),
    [`${USER}/registries.conf.d/10-b.conf`]: table(up, [far]),
  }),
  'a main file of the user': ({ near, far, up }) => ({
    [MAIN]: table(up, [near]),
    [`${DIRECTORY}/90-a.conf`]: table(up, [near]),
    [`${USER}/registries.conf`]: table(up, [far]),
  }),
  'a longer prefix in an earlier file': ({ near, far, up }) => ({
    [`${DIRECTORY}/05-a.conf`]: table(`${up}/library`, [`${far}/library`]),
    [`${DIRECTORY}/90-b.conf`]: table(up, [near]),
  }),
  'a mirror whose host is blocked': ({ near, far, up }) => ({
    [MAIN]: table(up, [near, far]) + table(near, [], 'blocked = true\n'),
  }),
  'a blocked registry with a mirror': ({ near, up }) => ({ [MAIN]: table(up, [near], 'blocked = true\n') }),
  'a blocked registry': ({ up }) => ({ [MAIN]: table(up, [], 'blocked = true\n') }),
  'a blocked registry with another location': ({ far, up }) => ({
    [MAIN]: table(up, [], 'blocked = true\ninsecure = true\n', far),
  }),
  'another location': ({ far, up }) => ({ [MAIN]: table(up, [], '', far) }),
  'a mirror for digests, and a tag': ({ near, up }) => ({
    [MAIN]: `${table(up, [near])}pull-from-mirror = "digest-only"\n`,
  }),
  'a mirror for digests, and a digest': {
    make: ({ near, up }) => ({ [MAIN]: `${table(up, [near])}pull-from-mirror = "digest-only"\n` }),
    byDigest: true,
  },
  'a mirror for tags, and a digest': {
    make: ({ near, up }) => ({ [MAIN]: `${table(up, [near])}pull-from-mirror = "tag-only"\n` }),
    byDigest: true,
  },
  'mirror-by-digest-only, and a tag': ({ near, up }) => ({
    [MAIN]: table(up, [near], 'insecure = true\nmirror-by-digest-only = true\n'),
  }),
  'a mirror that ends in /': ({ near, up }) => ({ [MAIN]: table(up, [`${near}/`]) }),
  'a key without its certificate': ({ near, far, up }) => ({
    [MAIN]: table(up, [near, far]),
    [`etc/containers/certs.d/${near}/client.key`]: 'x',
  }),
  'a key that an empty directory hides': ({ near, far, up }) => ({
    [MAIN]: table(up, [near, far]),
    [`etc/containers/certs.d/${near}/`]: undefined,
    [`etc/docker/certs.d/${near}/client.key`]: 'x',
  }),
  'a directory that is not read': ({ near, up }) => ({
    [MAIN]: table(up, []),
    [`${DIRECTORY}/below/10-a.conf`]: table(up, [near]),
    [`${DIRECTORY}/20-b.conf.bak`]: table(up, [near]),
  }),
  'a file that is invalid': ({ near, up }) => ({
    [MAIN]: table(up, [near]),
    [`${DIRECTORY}/20-b.conf`]: '[[registry]]\nprefix = "quay.io"\n',
  }),
}

for (const { title, suite, tree } of podmans) {
  describe(`what explain says of a pull, and ${title}`, function () {
    this.timeout(120_000)
    const registries: LoopbackRegistry[] = []
    let home: string

    before(async function () {
      needRuntime(this, tree, true)
      home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-podman-'))
      for (let i = 0; i < 3; i += 1) registries.push(await startRegistry({ images: [IMAGE] }))
    })

    after(async () => {
      for (const registry of registries) await registry.close()
      if (home !== undefined) await fs.rm(home, { recursive: true, force: true })
    })

    const hosts = (): Hosts => {
      const [near = '', far = '', up = ''] = registries.map(({ origin }) => new URL(origin).host)
      return { near, far, up }
    }

    /** The first endpoint, all of which serve the image, or nothing where the pull fails. */
    const explained = async ({ root }: PodmanNode, image: string) => {
      const version = suite === 'bookworm' ? '4.3' : '5.8'
      const view = {
        node: openReader(root),
        uid: 0,
        machine: undefined,
        state: { version: 1, files: {} } as never,
      }
      const snapshot = await observe(view, [], { configDir: undefined, version })
      const [route] = endpoints(snapshot, image)
      const usable = route.endpoints.find(({ problem }) => problem === undefined)
      return usable && new URL(usable.url).host
    }

    const requested = async (node: PodmanNode, image: string) => {
      for (const registry of registries) registry.clear()
      const { code, said } = await node.run('skopeo', 'inspect', '--no-tags', `docker://${image}`)
      const used = registries.filter(({ requests }) =>
        requests.some(({ path: at }) => at.includes('/manifests/')),
      )
      return { host: code === 0 ? used.map(({ origin }) => new URL(origin).host).join() : undefined, said }
    }

    for (const [name, one] of Object.entries(CASES))
      it(name, async () => {
        const { make, byDigest } = typeof one === 'function' ? { make: one, byDigest: false } : one
        const node = await openPodman(tree, path.join(home, name.replace(/\W/g, '-')))
        await writeTree(node.root, make(hosts()))
        const image = `${hosts().up}/library/x${byDigest ? `@${IMAGE.manifest.digest}` : ':1'}`
        const real = await requested(node, image)
        assert.equal(await explained(node, image), real.host, real.said)
      })
  })
}
