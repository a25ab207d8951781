/**
 * The verdict of a probe for a runtime that pings first is the result of its pull: Skopeo of both generations pulls through
 * each mirror alone, because the list forbids a fallback.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Probe, ProbeReport } from '../../lib/model/report.ts'
import { limitConcurrency } from '../../lib/system/concurrency.ts'
import { type BentMirror, startMirror } from '../support/mirror.ts'
import { REAL_TIME, run } from '../support/run.ts'
import { PING_BEHAVIOURS, RATE_LIMITED } from './support/ping-first.ts'
import { openPodman, type PodmanNode, podmans } from './support/podman.ts'
import { needRuntime } from './support/runtimes.ts'

const IMAGE = 'library/busybox:latest'
const PULLS = 3

for (const { title, suite, tree } of podmans) {
  // What a rate limited mirror costs is the same in both.
  const behaviours = [...Object.entries(PING_BEHAVIOURS), ...(suite === 'sid' ? [RATE_LIMITED] : [])]

  describe(`mirrors for a runtime that pings first: ${title}`, function () {
    this.timeout(180_000)
    const mirrors: BentMirror[] = []
    let home: string
    let probes: readonly Probe[]
    let pulled: readonly { readonly code: number; readonly said: string }[]

    const registryOf = (nth: number) => `r${nth}.test`
    const listText = () =>
      [
        'version = 1\n[targets.containers]\n[targets.containerd]\n',
        ...mirrors.map(
          ({ origin }, nth) =>
            `[registries."${registryOf(nth)}"]\nmirrors = ["${origin}"]\nfallback = false\ncanary = "${IMAGE}"\n`,
        ),
      ].join('')
    const regmirror = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await run([...args], { ...REAL_TIME, uid: 0 })
      return { code, stdout, stderr }
    }
    const pullAll = async (node: PodmanNode) => {
      const inTurn = limitConcurrency(PULLS)
      return await Promise.all(
        mirrors.map((_, nth) => inTurn(() => node.pull('skopeo', `${registryOf(nth)}/${IMAGE}`))),
      )
    }

    before(async function () {
      needRuntime(this, tree, true)
      home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-ping-'))
      for (const [, bend] of behaviours) mirrors.push(await startMirror(bend))
      const list = path.join(home, 'mirrors.toml')
      await fs.writeFile(list, listText(), { mode: 0o600 })
      const node = await openPodman(tree, home)
      const flags = ['-f', list, '--target', 'containers']
      const { stdout } = await regmirror(
        'probe',
        ...flags,
        '--depth',
        'blob',
        '--samples',
        '1',
        '--format',
        'json',
      )
      probes = (JSON.parse(stdout) as ProbeReport).probes
      const { code, stderr } = await regmirror('apply', ...flags, '--root', node.root, '--no-probe')
      assert.equal(code, 0, stderr)
      pulled = await pullAll(node)
    })

    after(async () => {
      for (const mirror of mirrors) await mirror[Symbol.asyncDispose]()
      if (home !== undefined) await fs.rm(home, { recursive: true, force: true })
    })

    it('has mirrors that serve a pull, and others that do not', () => {
      const served = behaviours.filter((_, nth) => pulled[nth]?.code === 0).map(([about]) => about)
      assert.ok(served.includes('requires a token everywhere') && served.length < behaviours.length)
    })

    for (const [nth, [about]] of behaviours.entries())
      it(`a mirror that ${about}`, () => {
        const probe = probes.find(({ registry }) => registry === registryOf(nth))
        const { code, said } = pulled[nth] ?? assert.fail('it was not pulled from')
        const serves = probe?.status !== 'unhealthy' && probe?.reason !== 'rate_limited'
        const why = [probe?.status, probe?.reason, probe?.detail, `pull: ${code} ${said}`].join('; ')
        assert.equal(serves, code === 0, `${why}\n${mirrors[nth]?.asked.join('\n')}`)
      })
  })
}
