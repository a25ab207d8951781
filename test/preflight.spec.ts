/** Probes before anything is written: to order mirrors, to refuse, to wait. And the Prometheus output of `probe`. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import type http from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AppliedReport, PlanReport, RefusedReport } from '../lib/model/report.ts'
import { preflight } from '../lib/pipeline/preflight.ts'
import { openListProber } from '../lib/pipeline/probe-list.ts'
import { targets } from '../lib/targets/index.ts'
import { listOf, mirror, registry } from './support/lists.ts'
import { type Bend, reply, startMirror } from './support/mirror.ts'
import { type Ran, REAL_TIME, run, worldOf } from './support/run.ts'
import { PATIENT } from './support/sockets.ts'
import { readTree, withDirectory } from './support/tree.ts'

/** Delays every response by so many milliseconds. */
const delayed =
  (ms: number, bend: Bend = () => false): Bend =>
  (request, response) => {
    const { end } = response
    const later = (...args: Parameters<typeof end>) => setTimeout(() => end.apply(response, args), ms)
    response.end = later as unknown as typeof end
    return bend(request, response)
  }

const refusingManifests: Bend = (request, response) => {
  if (!request.url?.includes('/manifests/')) return false
  reply(response, 403)
  return true
}

/** So far apart that no machine confuses them. */
const [NEAR_MS, FAR_MS] = [0, 300]

interface Node {
  readonly flags: readonly string[]
  readonly root: string
}

const onNode = (
  mirrors: readonly string[],
  { health = '', rest = '' }: { health?: string; rest?: string },
  use: (node: Node) => Promise<void>,
) =>
  withDirectory(async directory => {
    const list = path.join(directory, 'mirrors.toml')
    const root = path.join(directory, 'node')
    await fs.mkdir(root)
    const urls = mirrors.map(url => JSON.stringify(url)).join(', ')
    const registry = `[registries."r.test"]\nfallback = false\nmirrors = [${urls}]\ncanary = "library/busybox:latest"\n`
    await fs.writeFile(list, `version = 1\n${registry}[health]\ntimeout = "${PATIENT}ms"\n${health}\n${rest}`)
    await use({ flags: ['-f', list, '--root', root], root })
  })

/** The mirrors of the registry in the order of hosts.toml. Its root, which comes first in the file, is the last one. */
function orderIn({ stdout }: Ran): readonly string[] {
  const { changes }: PlanReport = JSON.parse(stdout)
  const diff = changes.find(({ path: file }) => file.endsWith('/r.test/hosts.toml'))?.diff ?? ''
  const hosts = [...diff.matchAll(/^\+\[host\."([^"]+)"\]/gm)].map(([, url]) => url as string)
  return [...hosts, /^\+server = "([^"]+)"/m.exec(diff)?.[1] ?? '']
}

const json = ['--format', 'json']

describe('--rank', () => {
  it('puts clearly faster mirrors first, in the plan and in the file; without it the list decides', async () => {
    await using far = await startMirror(delayed(FAR_MS))
    await using near = await startMirror(delayed(NEAR_MS))
    await onNode([far.origin, near.origin], {}, async ({ flags, root }) => {
      const listed = [far.origin, near.origin]
      assert.deepEqual(orderIn(await run(['plan', ...json, ...flags])), listed)
      assert.equal(far.asked.length + near.asked.length, 0, 'without --rank, plan probes nothing')
      const planned = await run(['plan', '--rank', ...json, ...flags])
      assert.deepEqual(orderIn(planned), listed.toReversed())
      assert.deepEqual(await readTree(root), {})
      await run(['apply', ...flags])
      const shown = await run(['apply', '--rank', ...flags])
      assert.match(shown.stdout, /^updated .*\n.*2 mirrors.*\n {2}--- .*\n(?:.*\n)*? {2}\+server/)
      assert.match(shown.stderr, /^notice: this order lasts until the next run without --rank/m)
      await fs.rm(root, { recursive: true })
      await fs.mkdir(root)
      const applied = await run(['apply', '--rank', ...json, ...flags])
      assert.deepEqual(orderIn(applied), listed.toReversed())
      const { probes = [], ranked }: AppliedReport = JSON.parse(applied.stdout)
      assert.equal(ranked, 'latency')
      assert.deepEqual(
        probes.map(({ status, depth }) => `${status} at ${depth}`),
        ['healthy at blob', 'healthy at blob'],
      )
      assert.equal((await run(['plan', '--check', '--rank', ...flags])).code, 0, 'the same order again')
    })
  })

  it('puts a mirror that refuses images last, however fast it responds', async () => {
    await using far = await startMirror(delayed(FAR_MS))
    await using near = await startMirror(delayed(NEAR_MS, refusingManifests))
    await onNode([near.origin, far.origin], {}, async ({ flags }) =>
      assert.deepEqual(orderIn(await run(['plan', '--rank', ...json, ...flags])), [far.origin, near.origin]),
    )
  })

  it('reports that the throughput of a registry without a canary is unknown', () =>
    withDirectory(async directory => {
      await using mirror = await startMirror()
      const list = path.join(directory, 'mirrors.toml')
      const registry = `[registries."r.test"]\nserver = "${mirror.origin}"\nmirrors = ["${mirror.origin}/v2/hub"]\n`
      await fs.writeFile(list, `version = 1\n${registry}`)
      const { code, stderr } = await run(['plan', '--rank=throughput', '-f', list, '--root', directory])
      assert.equal(code, 0)
      assert.match(
        stderr,
        /^notice: r\.test: regmirror cannot measure throughput without a canary, so mirrors keep the order of the list; set canary = "repository:tag"$/m,
      )
    }))

  it('is done for order = "latency" in the list, but not under a root', async () => {
    await using far = await startMirror(delayed(FAR_MS))
    await using near = await startMirror(delayed(NEAR_MS))
    await onNode([far.origin, near.origin], { health: 'order = "latency"' }, async ({ flags }) => {
      const { stdout, stderr } = await run(['plan', ...flags])
      assert.match(
        stderr,
        /^notice: order = "latency" has no effect with --root; mirrors keep the order of the list; add --rank$/m,
      )
      assert.ok(stdout.indexOf(far.origin) >= 0)
      assert.equal(far.asked.length, 0)
    })
    const rest = (root: string) =>
      `[targets.containerd]\nversion = "2.1"\nconfig = "${root}/config.toml"\nhosts_dir = "${root}/certs.d"\n`
    await withDirectory(async root => {
      const health = { health: 'order = "latency"', rest: rest(root) }
      await onNode([far.origin, near.origin], health, async ({ flags: [, list = ''] }) =>
        assert.deepEqual(orderIn(await run(['plan', ...json, '-f', list])), [near.origin, far.origin]),
      )
    })
  })
})

describe('--no-probe', () => {
  it('probes nothing, whatever the order of the list', async () => {
    await using one = await startMirror()
    const preflightWith = async (probe: boolean | undefined) => {
      const list = listOf(registry('r.test', [mirror(one.origin)], { server: undefined }))
      const health = { ...list.health, order: 'latency' as const }
      const here = { root: undefined, rank: undefined }
      const openProgress = () => ({ onProbe: () => {}, end: () => {} })
      const probeList = openListProber({ root: undefined, targets, openProgress }, worldOf())
      return await preflight({ ...list, health }, { ...here, probe }, worldOf(), probeList)
    }
    const { notices, ...rest } = await preflightWith(false)
    assert.match(
      notices[0]?.message ?? '',
      /^order = "latency" has no effect with --no-probe; .*; remove --no-probe$/,
    )
    assert.deepEqual([Object.keys(rest), one.asked.length], [['list'], 0])
    assert.equal((await preflightWith(undefined)).ranked, 'latency')
    assert.notEqual(one.asked.length, 0)
  })

  it('is refused beside a flag that has to probe', async () => {
    for (const flag of ['--rank', '--rank=throughput', '--require-healthy']) {
      const { code, stderr } = await run(['apply', '--no-probe', flag])
      assert.equal(code, 2)
      assert.match(
        stderr,
        /^error: --(rank|require-healthy) and --no-probe cannot be used together; remove one/,
      )
    }
  })
})

describe('--require-healthy', () => {
  const refusing = 'http://127.0.0.1:1'

  it('writes where a mirror can serve, and prints the probes', async () => {
    await using mirror = await startMirror()
    await onNode([refusing, mirror.origin], {}, async ({ flags, root }) => {
      const { code, stdout } = await run(['apply', '--require-healthy', ...flags])
      assert.equal(code, 0)
      assert.match(stdout, /healthy {4}http:\/\/127\.0\.0\.1:/)
      assert.notDeepEqual(await readTree(root), {})
    })
  })

  it('writes nothing where no endpoint can serve', () =>
    onNode([refusing], {}, async ({ flags, root }) => {
      const { code, stdout, stderr } = await run(['apply', '--require-healthy', ...flags])
      assert.equal(code, 1)
      assert.match(stdout, /^r\.test\n/, 'there may be much to do')
      assert.match(
        stderr,
        /^notice: r\.test is unhealthy: no mirror is healthy, and there is no server to fall back to; regmirror wrote nothing$/m,
      )
      assert.deepEqual(await readTree(root), {})
      const report: RefusedReport = JSON.parse(
        (await run(['apply', '--require-healthy', ...json, ...flags])).stdout,
      )
      assert.deepEqual([report.refused, report.changes, report.unhealthy], [true, [], ['r.test']])
    }))

  it('requests the canary, also of a mirror that refuses a ping, unless --depth is ping', async () => {
    const refusingPings: Bend = ({ url }, response) => {
      if (url === '/v2/') reply(response, 404)
      return url === '/v2/'
    }
    for (const [bend, depth, expected] of [
      [refusingManifests, [], 1],
      [refusingManifests, ['--depth', 'ping'], 0],
      [refusingPings, [], 0],
    ] as const) {
      await using mirror = await startMirror(bend)
      await onNode([mirror.origin], {}, async ({ flags }) =>
        assert.equal((await run(['apply', '--require-healthy', ...depth, ...flags])).code, expected),
      )
    }
  })

  it('waits for a mirror that is still starting', async () => {
    let started = false
    const starting: Bend = (_request, response) => {
      if (!started) reply(response, 503)
      return !started
    }
    await using mirror = await startMirror(starting)
    await onNode([mirror.origin], {}, async ({ flags }) => {
      const waiting = run(['apply', '--require-healthy', '--wait', '60s', ...flags])
      while (mirror.asked.length < 2) await sleep(20)
      started = true
      const { code, stderr } = await waiting
      assert.equal(code, 0)
      assert.match(stderr, /^waiting up to 60s until pulls by tag work: r\.test$/m)
    })
  })

  it('waits no longer than --wait, and stops at a signal', () =>
    onNode([refusing], {}, async ({ flags, root }) => {
      assert.equal((await run(['apply', '--require-healthy', '--wait', '10ms', ...flags], REAL_TIME)).code, 1)
      const stop = new AbortController()
      const waiting = run(['apply', '--require-healthy', '--wait', '10m', ...flags], { signal: stop.signal })
      await sleep(100)
      stop.abort()
      assert.equal((await waiting).code, 1)
      assert.deepEqual(await readTree(root), {})
    }))

  it('=mirrors also requires a healthy mirror where the server alone would do', async () => {
    await using server = await startMirror()
    await using mirror = await startMirror()
    const directory = (urls: readonly string[]) => (use: (list: string, root: string) => Promise<void>) =>
      withDirectory(async home => {
        const [list, root] = [path.join(home, 'mirrors.toml'), path.join(home, 'node')]
        const own = `server = "${server.origin}"\ncanary = "library/busybox:latest"\n`
        const mirrors = `mirrors = ${JSON.stringify(urls)}\n`
        // A registry without mirrors passes through its server.
        const bare = `[registries."bare.test"]\nmirrors = []\n${own}`
        await fs.writeFile(list, `version = 1\n[registries."r.test"]\n${mirrors}${own}${bare}`)
        await fs.mkdir(root)
        await use(list, root)
      })
    await directory([refusing])(async (list, root) => {
      const gate = (flag: string) => run(['apply', flag, '-f', list, '--root', root])
      const { code, stderr } = await gate('--require-healthy=mirrors')
      assert.equal(code, 1)
      assert.match(stderr, /^notice: no mirror of r\.test is healthy; regmirror wrote nothing$/m)
      assert.deepEqual(await readTree(root), {})
      assert.equal((await gate('--require-healthy')).code, 0)
    })
    await directory([refusing, mirror.origin])(async (list, root) => {
      const args = ['apply', '--require-healthy=mirrors', '--rank', '-f', list, '--root', root]
      assert.equal((await run(args)).code, 0)
    })
    const { code, stderr } = await run(['apply', '--require-healthy=all'])
    assert.deepEqual(
      [code, stderr],
      [2, 'error: --require-healthy all is unknown; use registries or mirrors\n'],
    )
  })

  it('--wait requires --require-healthy', async () => {
    const { code, stderr } = await run(['apply', '--wait', '1s'])
    assert.equal(code, 2)
    assert.match(stderr, /^error: --wait requires --require-healthy; add --require-healthy/)
  })
})

describe('the Prometheus output', () => {
  const SAMPLE = /^([a-z_0-9]+)(?:\{((?:[a-z_0-9]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?\d[\d.e+-]*)$/

  it('has a help and a type for every metric, and its samples in one group', async () => {
    const garbled = (_: http.IncomingMessage, response: http.ServerResponse) => {
      reply(response, 500, { Server: 'a"b\\c' }, 'no')
      return true
    }
    await using healthy = await startMirror()
    await using broken = await startMirror(garbled)
    await onNode([healthy.origin, broken.origin], {}, async ({ flags }) => {
      const probe = ['probe', '--depth', 'blob', '--format', 'prometheus', '-f', flags[1] as string]
      const { code, stdout, stderr } = await run(probe)
      assert.equal(code, 0, stderr)
      assert.ok(stdout.endsWith('\n'))
      const names: string[] = []
      const lines = stdout.split('\n').slice(0, -1)
      for (const line of lines) {
        const [, name = ''] = /^# HELP ([a-z_0-9]+) [^\n]+$/.exec(line) ?? []
        if (name !== '') names.push(name)
        else if (line.startsWith('# TYPE')) assert.equal(line, `# TYPE ${names.at(-1)} gauge`)
        else assert.equal(SAMPLE.exec(line)?.[1], names.at(-1), line)
      }
      assert.equal(new Set(names).size, names.length)
      const value = (start: string) =>
        lines
          .find(line => line.startsWith(start))
          ?.split(' ')
          .at(-1)
      const at = (origin: string) => `registry="r.test",url="${origin}/v2",role="mirror"`
      assert.equal(value(`regmirror_up{${at(healthy.origin)}}`), '1')
      assert.equal(value(`regmirror_up{${at(broken.origin)}}`), '0')
      assert.equal(
        value(`regmirror_status{${at(broken.origin)},status="unhealthy",reason="server_error"}`),
        '1',
      )
      assert.ok(Number(value(`regmirror_latency_seconds{${at(healthy.origin)},stat="best"}`)) > 0)
      assert.equal(value('regmirror_registry_up{registry="r.test"}'), '1')
      assert.equal(value('regmirror_probe_timestamp_seconds'), String(Date.UTC(2026, 0, 2, 3, 4, 5) / 1000))
    })
  })
})
