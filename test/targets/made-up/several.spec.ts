/** containerd and a made-up runtime share a list: each mirror is judged as either of them would pull through it. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import type { ExplainReport } from '../../../lib/model/explain-report.ts'
import type { AppliedReport, Notice, PlannedReport, Probe, ProbeReport } from '../../../lib/model/report.ts'
import { type BentMirror, reply, startMirror } from '../../support/mirror.ts'
import { REAL_TIME } from '../../support/run.ts'
import { eventually } from '../../support/watching.ts'
import { onToyNode, type ToyNode } from './on-node.ts'
import { watching } from './watch-toy.ts'

/** Nothing listens there: its server is not healthy. */
const NAME = '127.0.0.1:9'
const FILES = {
  containerd: 'etc/containerd/certs.d/127.0.0.1:9/hosts.toml',
  toy: 'etc/buildkit-toy/mirrors/127.0.0.1%3A9.toml',
}
const PING = 'GET /v2/'

/** Serves images; without `pings`, no page at `/v2/`: containerd never requests that, and toy pings it first. */
async function startBoth() {
  const pings = { unpinged: false, good: true }
  const start = (name: keyof typeof pings) =>
    startMirror((request, response) => {
      const isRefused = request.url === '/v2/' && !pings[name]
      if (isRefused) reply(response, 404)
      return isRefused
    })
  const [unpinged, good] = [await start('unpinged'), await start('good')]
  return {
    ...{ pings, unpinged, good, all: [unpinged, good] },
    [Symbol.asyncDispose]: async () => {
      await unpinged[Symbol.asyncDispose]()
      await good[Symbol.asyncDispose]()
    },
  }
}

const listText = (mirrors: readonly BentMirror[], targets = '[targets.containerd]\n[targets.toy]\n') =>
  `version = 1
[health]
interval = "1s"
[registries."${NAME}"]
mirrors = ${JSON.stringify(mirrors.map(({ origin }) => origin))}
canary = "library/busybox:latest"
${targets}`

/** `NUMBER status reason targets` of each mirror. */
const verdicts = (probes: readonly Probe[] = [], mirrors: readonly BentMirror[]) =>
  probes
    .filter(({ role }) => role === 'mirror')
    .map(({ url, status, reason, targets }) =>
      [mirrors.findIndex(({ origin }) => url === `${origin}/v2`), status, reason, targets?.join('+')]
        .filter(part => part !== undefined)
        .join(' '),
    )

/** The numbers of the mirrors in a file, in its order. */
async function mirrorsIn(node: ToyNode, target: keyof typeof FILES, mirrors: readonly BentMirror[]) {
  const text = await fs.readFile(node.at(FILES[target]), 'utf8')
  return mirrors
    .map(({ origin }, i) => ({ i, at: text.indexOf(origin) }))
    .filter(({ at }) => at !== -1)
    .toSorted((a, b) => a.at - b.at)
    .map(({ i }) => i)
    .join()
}

const here = { world: REAL_TIME }

describe('a mirror that one runtime of a list can use, and another cannot', () => {
  it('is probed once for each, and has a verdict for each', () =>
    onToyNode(
      {},
      async node => {
        await using mirrors = await startBoth()
        const { unpinged, good, all } = mirrors
        await node.writeList(listText(all))
        const probe = ['probe', '--samples', '1', '--depth', 'ping'] as const
        const report = await node.report<ProbeReport>(0, ...probe)
        assert.deepEqual(verdicts(report.probes, all), [
          '0 healthy containerd',
          '0 unhealthy not_found toy',
          '1 healthy',
        ])
        assert.deepEqual(report.registries, [{ registry: NAME, status: 'healthy' }])
        assert.deepEqual(good.asked, [PING, PING], 'one for each client')
        assert.deepEqual(unpinged.asked.filter(line => line === PING).length, 2)

        const { stdout } = await node.run(...probe)
        assert.match(stdout, /● healthy {4}http:\/\/127\.0\.0\.1:\d+ {2}\(containerd\) /)
        assert.match(stdout, /✗ unhealthy {2}http:\/\/127\.0\.0\.1:\d+ {2}\(toy\) .*not_found/)
        const only = await node.report<ProbeReport>(0, ...probe, '--target', 'containerd')
        assert.deepEqual(verdicts(only.probes, all), ['0 healthy', '1 healthy'])
      },
      here,
    ))

  it('makes its registry unhealthy for that runtime alone, where it is the only one', () =>
    onToyNode(
      {},
      async node => {
        await using mirrors = await startBoth()
        const { unpinged } = mirrors
        await node.writeList(listText([unpinged]))
        const { registries, unhealthy } = await node.report<ProbeReport>(1, 'probe', '--samples', '1')
        assert.deepEqual(
          [registries.map(({ status, targets }) => [status, targets]), unhealthy],
          [[['unhealthy', ['toy']]], [NAME]],
        )
        const { code, stderr } = await node.run('apply', '--require-healthy')
        assert.equal(code, 1)
        assert.match(stderr, /127\.0\.0\.1:9 is unhealthy for toy: no mirror and no server is healthy/)
        await node.run('apply', '--require-healthy', '--target', 'containerd')
        assert.equal(await mirrorsIn(node, 'containerd', [unpinged]), '0')

        const limited = `targets = ["containerd"]\n${'[targets.containerd]\n[targets.toy]\n'}`
        await node.writeList(listText([unpinged], limited))
        const left = await node.report<ProbeReport>(0, 'probe', '--samples', '1')
        assert.deepEqual(verdicts(left.probes, [unpinged]), ['0 healthy'])
      },
      here,
    ))

  it('comes last in the files of that runtime, where they are ranked', () =>
    onToyNode(
      {},
      async node => {
        await using mirrors = await startBoth()
        const { all } = mirrors
        await node.writeList(listText(all))
        await node.report<AppliedReport>(0, 'apply', '--rank', 'latency')
        assert.equal(await mirrorsIn(node, 'toy', all), '1,0')
        assert.equal(await mirrorsIn(node, 'containerd', all), '0,1')
      },
      here,
    ))

  it('is explained for each: what a pull of either gets from where', () =>
    onToyNode(
      {},
      async node => {
        await using mirrors = await startBoth()
        const { all, unpinged, good } = mirrors
        await node.writeList(listText(all))
        await node.report<AppliedReport>(0, 'apply', '--no-probe')
        const image = `${NAME}/library/busybox:latest`
        const { images } = await node.report<ExplainReport<Notice>>(0, 'explain', '--probe', image)
        const pulls = images.map(({ target, routes: [route] }) => [
          target,
          route?.pull?.outcome,
          route?.pull?.served_by?.map(url => all.findIndex(({ origin }) => url === `${origin}/v2`)),
        ])
        assert.deepEqual(pulls, [
          ['containerd', 'served', [0]],
          ['toy', 'served', [1]],
        ])
        const [, ofToy] = images
        const [first] = ofToy?.routes[0]?.endpoints ?? []
        assert.deepEqual(
          [first?.probe?.serves, first?.probe?.resolve?.reason],
          [false, 'not_found'],
          'it is pinged first',
        )
        assert.ok(unpinged.asked.filter(line => line === PING).length === 1)
        assert.ok(good.asked.filter(line => line === PING).length === 1)
        const only = await node.report<ExplainReport<Notice>>(0, 'explain', '--target', 'toy', image)
        assert.deepEqual(
          only.images.map(({ target }) => target),
          ['toy'],
        )
      },
      here,
    ))

  it('is removed by watch from the files of that runtime, and stays in those of the other', () =>
    onToyNode(
      {},
      async node => {
        await using mirrors = await startBoth()
        const { all, pings } = mirrors
        await node.writeList(listText(all))
        await watching(node, async ({ until }) => {
          const { url } = JSON.parse(await until('listening'))
          const event = JSON.parse(await until('mirror_unhealthy'))
          assert.deepEqual([event.targets, event.reason], [['toy'], 'not_found'])
          assert.match(event.msg, /is unhealthy for toy: /)
          assert.match(await until('file_written', /%3A9\.toml/), /removed http:\/\/127\.0\.0\.1:\d+"/)
          assert.equal(await mirrorsIn(node, 'toy', all), '1')
          assert.equal(await mirrorsIn(node, 'containerd', all), '0,1')
          await agree(node, all)
          const metrics = await (await fetch(`${url}metrics`)).text()
          assert.match(metrics, /^regmirror_up\{.*role="mirror",targets="containerd"\} 1$/m)
          assert.match(metrics, /^regmirror_up\{.*role="mirror",targets="toy"\} 0$/m)
          assert.match(metrics, /^regmirror_mirror_position\{.*targets="toy"\} 0$/m)
          const page = (await (await fetch(url)).text()).replace(/<[^>]*>/g, '')
          assert.match(page, /for toy✗ unhealthy/)
          for (const file of Object.values(FILES)) assert.ok(page.includes(`File /${file}`), file)
        })
        // The next watcher starts with what was saved.
        await watching(node, async ({ until }) => {
          await until('list_loaded')
          await agree(node, all)
          pings.unpinged = true
          const event = JSON.parse(await until('mirror_healthy'))
          assert.deepEqual(event.targets, ['toy'])
          assert.match(await until('file_written', /%3A9\.toml/), /returned http:\/\/127\.0\.0\.1:\d+"/)
          assert.equal(await mirrorsIn(node, 'toy', all), '0,1')
        })
      },
      here,
    ))
})

/** plan and apply beside the watcher write the same files. */
async function agree(node: ToyNode, mirrors: readonly BentMirror[]): Promise<void> {
  const plan = await eventually(
    async () => {
      const found = await node.report<PlannedReport>(0, 'plan')
      return found.notices.some(({ code }) => code === 'mirror_excluded') ? found : undefined
    },
    () => 'plan excludes no mirror',
  )
  assert.deepEqual(
    plan.changes.filter(({ registry }) => registry === NAME),
    [],
  )
  const notice = plan.notices.find(({ code }) => code === 'mirror_excluded')
  assert.match(
    notice?.message ?? '',
    /^unhealthy for toy since .*, so regmirror does not write it there; add/,
  )
  await node.report(0, 'apply', '--no-probe')
  assert.equal(await mirrorsIn(node, 'toy', mirrors), '1')
  assert.equal(await mirrorsIn(node, 'containerd', mirrors), '0,1')
}
