/**
 * The health of a registry is the result of a pull: for registries whose mirrors have these capabilities and behave in
 * these ways, `probe` says what the real containerds do with a tag and with a digest.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import type { Capability } from '../../lib/model/registry.ts'
import type { ProbeReport } from '../../lib/model/report.ts'
import { buildImage, type Image } from '../support/image.ts'
import { type Host, type Outcome, outcomeOf, SERVER } from '../support/pull-model.ts'
import { type LoopbackRegistry, refusingOrigin } from '../support/registry.ts'
import { REAL_TIME, run } from '../support/run.ts'
import { eventually, watching } from '../support/watching.ts'
import { type Bench, newImage, openBench, registryTable } from './support/bench.ts'
import type { Daemon } from './support/containerd.ts'
import { generations, needRuntime, treeOf } from './support/runtimes.ts'

/** `corrupt`: layers do not match their digests. */
type Behaviour = 'healthy' | 'broken' | 'empty' | 'refusing' | 'corrupt'

interface Endpoint {
  readonly capabilities: readonly Capability[]
  readonly behaviour: Behaviour
}

interface Case {
  readonly mirrors: readonly Endpoint[]
  /** Undefined: `fallback = false`. */
  readonly server: Behaviour | undefined
}

const capabilities = fc.constantFrom<readonly Capability[]>(
  ['pull'],
  ['pull'],
  ['pull', 'resolve'],
  ['resolve'],
  ['push'],
)
const behaviour = fc.constantFrom<Behaviour>('healthy', 'healthy', 'broken', 'empty', 'refusing')
const CORRUPT: Endpoint = { capabilities: ['pull'], behaviour: 'corrupt' }
const cases = fc
  .record({
    mirrors: fc.array(
      fc.oneof({ weight: 9, arbitrary: fc.record({ capabilities, behaviour }) }, fc.constant(CORRUPT)),
      { minLength: 1, maxLength: 3 },
    ),
    server: fc.option(fc.constantFrom<Behaviour>('healthy', 'broken', 'refusing', 'refusing'), {
      nil: undefined,
    }),
  })
  .filter(({ mirrors, server }) => server !== undefined || mirrors.some(isResolver))

/** The list is invalid without a fallback and without one of these. */
function isResolver({ capabilities: given }: Endpoint): boolean {
  return given.includes('pull') && given.includes('resolve')
}

const COUNT = 36
const SAMPLE = fc.sample(cases, { seed: 13, numRuns: COUNT })

const STATES: Readonly<Record<Outcome, string>> = {
  'tag and digest': 'healthy',
  'digest only': 'degraded no_resolver',
  nothing: 'unhealthy',
  depends: 'unknown',
}

/** What pulls of a tag and of a digest show. */
function stateOf(tagWorks: boolean, digestWorks: boolean): string {
  if (tagWorks) return 'healthy'
  return digestWorks ? 'degraded no_resolver' : 'unhealthy'
}

const nameOf = (nth: number) => `r${nth}.test`
/** Of its own for each pull: containerd requests no content that it has. */
const imageOf = (nth: number, kind: 'tag' | 'digest') => buildImage('team/app', `${kind}${nth}`)
const IMAGES: readonly Image[] = SAMPLE.flatMap((_, nth) => [imageOf(nth, 'tag'), imageOf(nth, 'digest')])

for (const { title, suite } of generations) {
  describe(`pulls by tag and by digest of ${title}`, function () {
    this.timeout(0)
    let bench: Bench
    let daemon: Daemon
    before(async function () {
      needRuntime(this, `containerd-${suite}`, true)
      bench = await openBench(treeOf(`containerd-${suite}`))
      await bench.apply(registryTable('first.test', ['http://127.0.0.1:1']))
      daemon = await bench.start()
    })
    after(() => bench?.close())

    async function assertNoResolver() {
      const [first, second] = [newImage('library/busybox'), newImage('library/busybox')]
      const mirror = await bench.registry({ images: [first, second] })
      const server = await refusingOrigin()
      const table = (granted: string) =>
        `${registryTable('docker.io', [`{ url = "${mirror.url}", capabilities = [${granted}] }`], `server = "${server}"\ncanary = "library/busybox:${first.tag}"`)}[health]\ninterval = "1s"\n`
      const list = path.join(bench.node, 'tmp/hub.toml')
      const write = async (granted: string) => {
        await fs.writeFile(list, `version = 1\n${table(granted)}`)
        await bench.apply(table(granted))
      }
      const { cri } = daemon
      const digest = `docker.io/library/busybox@${second.manifest.digest}`
      const gate = ['apply', '-f', list, '--root', bench.node, '--require-healthy']

      await write('"pull"')
      const notice = (await run(['validate', '-f', list])).stderr
      assert.match(notice, /only the server resolves tags of docker\.io: where it is not reachable/)
      await assertProbe(list, 1, 'degraded', 'no_resolver')
      const refused = await run(gate)
      assert.equal(refused.code, 1)
      assert.match(refused.stderr, /docker\.io is degraded \(no_resolver\): .*; regmirror wrote nothing/)
      await assert.rejects(cri.pull(`busybox:${first.tag}`))
      assert.equal(await cri.pull(digest), second.blobs[0]?.digest)

      const args = ['-f', list, '--root', bench.node, '--listen', '127.0.0.1:0', '--log-format', 'json']
      await watching(args, async watcher => {
        const { url } = JSON.parse(await watcher.until(/"listening"/))
        const degraded = JSON.parse(await watcher.until(/"registry_degraded"/))
        assert.deepEqual(
          [degraded.level, degraded.registry, degraded.reason],
          ['error', 'docker.io', 'no_resolver'],
        )
        assert.match(await page(url), /docker\.io<\/a> is degraded \(no_resolver\)/)
        const metrics = await page(`${url}metrics`)
        assert.match(metrics, /^regmirror_registry_up\{registry="docker\.io"\} 0$/m)
        assert.match(
          metrics,
          /^regmirror_registry_status\{registry="docker\.io",status="degraded",reason="no_resolver"\} 1$/m,
        )
        assert.match(
          metrics,
          new RegExp(`^regmirror_up\\{registry="docker\\.io",url="${server}/v2",role="server"\\} 0$`, 'm'),
        )
        const saved = await eventually(
          async () => /"reason": "no_resolver"/.test(await healthFile(bench)) || undefined,
          () => 'health.json has no reason',
        )
        assert.ok(saved)
        const planned = await run(['plan', '-f', list, '--root', bench.node], REAL_TIME)
        assert.match(
          planned.stderr,
          /docker\.io: degraded \(no_resolver\): no healthy endpoint may resolve tags/,
        )

        await write('"pull", "resolve"')
        await watcher.until(/"registry_healthy"/)
        assert.match(await page(`${url}metrics`), /^regmirror_registry_up\{registry="docker\.io"\} 1$/m)
      })
      await assertProbe(list, 0, 'healthy')
      assert.equal(await cri.pull(`busybox:${first.tag}`), first.blobs[0]?.digest)
    }

    // The commands say the same on every generation.
    if (suite === 'sid')
      it(
        'fail by tag where only an unreachable server resolves tags, and every command says so',
        assertNoResolver,
      )

    it(`have the result that probe predicts, for ${COUNT} registries`, async () => {
      const origins = await openOrigins(bench)
      const registries = SAMPLE.map((one, nth) => tableOf(one, nth, origins)).join('\n')
      await bench.apply(registries)
      const list = path.join(bench.node, 'tmp/mirrors.toml')
      await fs.writeFile(list, `version = 1\n${registries}`)
      const ran = await run(['probe', '-f', list, '--depth', 'blob', '--format', 'json'])
      const report: ProbeReport = JSON.parse(ran.stdout)
      const { cri } = daemon
      const works = (image: string) =>
        cri.pull(image).then(
          () => true,
          () => false,
        )
      const found: string[] = []
      for (const [nth, one] of SAMPLE.entries()) {
        const name = nameOf(nth)
        const { tag } = imageOf(nth, 'tag')
        const byTag = await works(`${name}/team/app:${tag}`)
        const byDigest = await works(`${name}/team/app@${imageOf(nth, 'digest').manifest.digest}`)
        const { status, reason } = report.registries.find(({ registry }) => registry === name) ?? {}
        const probed = [status, reason].filter(Boolean).join(' ')
        const about = `${name} ${JSON.stringify(one)}`
        assert.equal(probed, stateOf(byTag, byDigest), about)
        assert.equal(STATES[outcomeOf(hostsOf(one))], probed, `the model: ${about}`)
        assert.equal(report.unhealthy.includes(name), !byTag, about)
        found.push(probed)
      }
      for (const state of ['healthy', 'degraded no_resolver', 'unhealthy'])
        assert.ok(found.filter(one => one === state).length >= 3, `${state} is among ${found}`)
    })
  })
}

async function assertProbe(list: string, exit: number, status: string, reason?: string): Promise<void> {
  const text = await run(['probe', '-f', list])
  assert.equal(text.code, exit, text.stdout)
  const sentence = /^docker\.io is degraded \(no_resolver\): no healthy endpoint may resolve tags/m
  assert.equal(sentence.test(text.stdout), reason !== undefined, text.stdout)
  const report: ProbeReport = JSON.parse((await run(['probe', '-f', list, '--format', 'json'])).stdout)
  assert.deepEqual([report.registries[0]?.status, report.registries[0]?.reason], [status, reason])
  const metrics = (await run(['probe', '-f', list, '--format', 'prometheus'])).stdout
  const state = `regmirror_registry_status{registry="docker.io",status="${status}",reason="${reason ?? ''}"} 1`
  assert.ok(metrics.includes(state), metrics)
  assert.ok(metrics.includes(`regmirror_registry_up{registry="docker.io"} ${exit === 0 ? 1 : 0}`), metrics)
}

async function page(url: string): Promise<string> {
  return await (await fetch(url)).text()
}

function healthFile({ node }: Bench): Promise<string> {
  return fs.readFile(path.join(node, 'var/lib/regmirror/health.json'), 'utf8')
}

function hostsOf({ mirrors, server }: Case): readonly Host[] {
  const hosts = mirrors.map(mirror => ({
    capabilities: mirror.capabilities,
    works: mirror.behaviour === 'healthy',
    isWrong: mirror.behaviour === 'corrupt',
  }))
  return server === undefined ? hosts : [...hosts, { capabilities: SERVER, works: server === 'healthy' }]
}

/** Four of each kind: every endpoint of a registry has a url of its own. */
type Origins = Readonly<Record<Behaviour, readonly string[]>>

async function openOrigins(bench: Bench): Promise<Origins> {
  const nths = [0, 1, 2, 3]
  const open = async (kind: 'healthy' | 'broken' | 'empty', images = IMAGES) =>
    (await Promise.all(nths.map(() => bench.registry({ images, behaviour: kind })))).map(originOf)
  const [healthy, broken, empty, corrupt, refusing] = await Promise.all([
    open('healthy'),
    open('broken'),
    open('empty'),
    open('healthy', IMAGES.map(corrupted)),
    Promise.all(nths.map(refusingOrigin)),
  ])
  return { healthy, broken, empty, corrupt, refusing }
}

/** Blobs of the same length with other bytes; the manifest is right. */
function corrupted(image: Image): Image {
  const blobs = image.blobs.map(blob => ({ ...blob, bytes: Buffer.alloc(blob.bytes.length, 'x') }))
  return { ...image, blobs }
}

function originOf({ origin }: LoopbackRegistry): string {
  return origin
}

function tableOf({ mirrors, server }: Case, nth: number, origins: Origins): string {
  const entries = mirrors.map(
    (mirror, i) =>
      `{ url = "${origins[mirror.behaviour][i]}", capabilities = ${JSON.stringify(mirror.capabilities)} }`,
  )
  return [
    `[registries."${nameOf(nth)}"]`,
    `mirrors = [${entries.join(', ')}]`,
    `canary = "team/app:${imageOf(nth, 'tag').tag}"`,
    server === undefined ? 'fallback = false' : `server = "${origins[server][3]}"`,
  ].join('\n')
}
