/** plan and apply beside a watcher: they use the health that it saved while that is fresh, and report it. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { type HealthFile, serializeHealthFile } from '../../lib/health/health-file.ts'
import { initialHealth } from '../../lib/health/mirror-health.ts'
import { keyOf } from '../../lib/health/verdicts.ts'
import type { RegistryHealth } from '../../lib/model/registry-health.ts'
import type { Notice } from '../../lib/model/report.ts'
import { HEALTH } from '../support/lists.ts'
import { BOOT, run } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'

/** On the monotonic clock: the machine booted ten minutes ago. */
const NOW = 600_000
const TIME = { monotonic: () => BigInt(NOW) * 1000n }
const [UNHEALTHY, HEALTHY] = ['https://unhealthy.example', 'https://healthy.example']
const LIST = `version = 1\n[registries."docker.io"]\nmirrors = ["${UNHEALTHY}", "${HEALTHY}"]\n`

const unhealthy = {
  ...initialHealth(NOW - 20_000, HEALTH, () => 0.5),
  judged: true,
  health: 'unhealthy' as const,
  reason: 'refused' as const,
  detail: 'nothing listens there',
}

const healthFile = (written_at: number, stale_at: number): HealthFile => ({
  written_at,
  stale_at,
  mirrors: { [keyOf('docker.io', `${UNHEALTHY}/v2`)]: unhealthy },
  servers: {},
  orders: {},
  registries: [],
})

/** Saved by a watcher just now. The wall clock was wrong then, which does not matter. */
const FRESH = serializeHealthFile(healthFile(NOW - 5000, NOW + 60_000), BOOT, 0)

const beside = (text: string, use: (flags: string[], hosts: () => Promise<string>) => Promise<void>) =>
  withDirectory(async root => {
    const list = path.join(root, 'mirrors.toml')
    const state = path.join(root, 'var/lib/regmirror')
    await fs.mkdir(state, { recursive: true })
    await fs.writeFile(path.join(state, 'health.json'), text, { mode: 0o600 })
    await fs.writeFile(list, LIST)
    const hosts = () => fs.readFile(path.join(root, 'etc/containerd/certs.d/docker.io/hosts.toml'), 'utf8')
    await use(['-f', list, '--root', root], hosts)
  })

describe('the saved health of a watcher', () => {
  it('apply leaves out an unhealthy mirror, reports it, and plan then has no changes', () =>
    beside(FRESH, async (flags, hosts) => {
      const { code, stderr } = await run(['apply', ...flags], TIME)
      assert.equal(code, 0)
      assert.doesNotMatch(stderr, /runs on this node/, 'the watcher has ended')
      assert.match(
        stderr,
        /^notice: docker\.io: https:\/\/unhealthy\.example: unhealthy since 2026-01-02T03:03:45\.000Z \(nothing listens there\), so regmirror does not write it; add --declared/m,
      )
      assert.ok(!(await hosts()).includes(UNHEALTHY))
      assert.ok((await hosts()).includes(HEALTHY))
      assert.equal((await run(['plan', '--check', ...flags], TIME)).code, 0)
      assert.equal((await run(['plan', '--check', '--declared', ...flags], TIME)).code, 1)
    }))

  it('plan says which registries watch has not probed yet, except those that it probes itself', () =>
    beside(FRESH, async flags => {
      const list = flags[flags.indexOf('-f') + 1] ?? ''
      const fresh = '\n[registries."quay.io"]\nmirrors = ["http://127.0.0.1:1"]\n'
      await fs.appendFile(list, fresh)
      const { stderr } = await run(['plan', ...flags], TIME)
      assert.match(
        stderr,
        /^notice: quay\.io: unknown: its mirrors are not probed yet; mirrors without a result count as healthy$/m,
      )
      assert.match(stderr, /^notice: docker\.io: unknown: a mirror is not probed yet; /m)
      await fs.writeFile(list, `version = 1${fresh}fallback = false\n`)
      const ranked = await run(['plan', '--rank', '--format', 'json', ...flags], TIME)
      const { notices, registries } = JSON.parse(ranked.stdout)
      assert.deepEqual(
        registries.map(({ status }: RegistryHealth) => status),
        ['unhealthy'],
      )
      assert.deepEqual(
        notices.filter(({ registry, code }: Notice) => registry === 'quay.io' && /^registry_/.test(code)),
        [],
      )
    }))

  it('the wall clock may be set back or forward', () =>
    beside(FRESH, async flags => {
      await run(['apply', ...flags], TIME)
      for (const now of [0, Date.UTC(2035, 0)]) {
        const { code, stderr } = await run(['plan', '--check', ...flags], { ...TIME, now: () => now })
        assert.equal(code, 0, stderr)
        // Times are shown by the clock as it is now.
        assert.ok(stderr.includes(`unhealthy since ${new Date(now - 20_000).toISOString()}`), stderr)
      }
    }))

  it('apply at boot writes the declared list: health from the previous boot does not count', () =>
    beside(FRESH, async (flags, hosts) => {
      await run(['apply', ...flags], TIME)
      assert.ok(!(await hosts()).includes(UNHEALTHY))
      const rebooted = { ...TIME, bootId: async () => 'another' }
      const { stderr } = await run(['apply', '--no-probe', ...flags], rebooted)
      assert.doesNotMatch(stderr, /is excluded/)
      assert.ok((await hosts()).includes(UNHEALTHY))
      assert.equal((await run(['plan', '--check', ...flags], rebooted)).code, 0)
    }))

  const old: [title: string, text: string][] = [
    ['is old', serializeHealthFile(healthFile(NOW - 600_000, NOW - 1), BOOT, 0)],
    ['is from the future', serializeHealthFile(healthFile(NOW + 60_000, NOW + 120_000), BOOT, 0)],
    ['is from another boot', serializeHealthFile(healthFile(NOW - 5000, NOW + 60_000), 'another', 0)],
    ['has no boot id', serializeHealthFile(healthFile(NOW - 5000, NOW + 60_000), undefined, 0)],
    ['has another version', FRESH.replace('"version": 5', '"version": 4')],
    ['is damaged', '{"version":5'],
  ]
  for (const [title, text] of old)
    it(`is ignored when it ${title}`, () =>
      beside(text, async (flags, hosts) => {
        assert.equal((await run(['apply', ...flags], TIME)).code, 0)
        assert.ok((await hosts()).includes(UNHEALTHY))
      }))

  it('plan reports in JSON how often a watcher would probe', () =>
    beside('', async flags => {
      const { stdout } = await run(['plan', '--format', 'json', ...flags])
      assert.equal(JSON.parse(stdout).max_probes_per_hour, 264)
    }))

  it('restore removes the saved health, and leaves no trace', () =>
    beside(FRESH, async flags => {
      const root = flags.at(-1) as string
      await run(['apply', ...flags])
      assert.equal((await run(['restore', '--root', root])).code, 0)
      assert.deepEqual(await fs.readdir(path.join(root, 'var/lib')), [])
    }))
})
