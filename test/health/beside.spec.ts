/** plan and apply beside a watcher: they go by what it knows while that is fresh, and say so. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { type HealthFile, keyOf, serializeHealthFile } from '../../lib/health/health-file.ts'
import { initialHealth } from '../../lib/health/mirror-health.ts'
import { HEALTH } from '../support/lists.ts'
import { BOOT, run } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'

/** By the monotonic clock: the machine was booted ten minutes ago. */
const NOW = 600_000
const TIME = { monotonic: () => BigInt(NOW) * 1000n }
const [DEAD, WELL] = ['https://dead.example', 'https://well.example']
const LIST = `version = 1\n[registries."docker.io"]\nmirrors = ["${DEAD}", "${WELL}"]\n`

const down = {
  ...initialHealth(NOW - 20_000, HEALTH, () => 0.5),
  health: 'down' as const,
  reason: 'refused' as const,
  detail: 'nothing listens there',
}

const bookAt = (written_at: number, stale_at: number): HealthFile => ({
  written_at,
  stale_at,
  mirrors: { [keyOf('docker.io', `${DEAD}/v2`)]: down },
  servers: {},
  orders: {},
})

/** What a watcher has kept just now; the wall clock was wrong then, and is of no account. */
const FRESH = serializeHealthFile(bookAt(NOW - 5000, NOW + 60_000), BOOT, 0)

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

describe('beside a watcher', () => {
  it('apply leaves out who is down, says so, and plan then has nothing to do', () =>
    beside(FRESH, async (flags, hosts) => {
      const { code, stderr } = await run(['apply', ...flags], TIME)
      assert.equal(code, 0)
      assert.doesNotMatch(stderr, /keeps this node up to date/, 'it has ended')
      assert.match(
        stderr,
        /^notice: docker\.io: https:\/\/dead\.example\/v2: is excluded: unhealthy since 2026-01-02T03:03:45\.000Z \(nothing listens there\); add --declared/m,
      )
      assert.ok(!(await hosts()).includes(DEAD))
      assert.ok((await hosts()).includes(WELL))
      assert.equal((await run(['plan', '--check', ...flags], TIME)).code, 0)
      assert.equal((await run(['plan', '--check', '--declared', ...flags], TIME)).code, 1)
    }))

  it('the wall clock does not matter: neither one that was put back nor one that was put forward', () =>
    beside(FRESH, async flags => {
      await run(['apply', ...flags], TIME)
      for (const now of [0, Date.UTC(2035, 0)]) {
        const { code, stderr } = await run(['plan', '--check', ...flags], { ...TIME, now: () => now })
        assert.equal(code, 0, stderr)
        // What is shown goes by the clock as it is now.
        assert.ok(stderr.includes(`unhealthy since ${new Date(now - 20_000).toISOString()}`), stderr)
      }
    }))

  it('the boot-time apply writes the declared list: what was known in the boot before counts for nothing', () =>
    beside(FRESH, async (flags, hosts) => {
      await run(['apply', ...flags], TIME)
      assert.ok(!(await hosts()).includes(DEAD))
      const rebooted = { ...TIME, bootId: async () => 'another' }
      const { stderr } = await run(['apply', '--no-probe', ...flags], rebooted)
      assert.doesNotMatch(stderr, /is excluded/)
      assert.ok((await hosts()).includes(DEAD))
      assert.equal((await run(['plan', '--check', ...flags], rebooted)).code, 0)
    }))

  const old: [title: string, text: string][] = [
    ['is old', serializeHealthFile(bookAt(NOW - 600_000, NOW - 1), BOOT, 0)],
    ['is of the future', serializeHealthFile(bookAt(NOW + 60_000, NOW + 120_000), BOOT, 0)],
    ['is of another boot', serializeHealthFile(bookAt(NOW - 5000, NOW + 60_000), 'another', 0)],
    ['does not say of which boot it is', serializeHealthFile(bookAt(NOW - 5000, NOW + 60_000), undefined, 0)],
    ['is of the version before', FRESH.replace('"version": 2', '"version": 1')],
    ['is damaged', '{"version":2'],
  ]
  for (const [title, text] of old)
    it(`counts for nothing when it ${title}`, () =>
      beside(text, async (flags, hosts) => {
        assert.equal((await run(['apply', ...flags], TIME)).code, 0)
        assert.ok((await hosts()).includes(DEAD))
      }))

  it('plan says in JSON what a watcher would ask', () =>
    beside('', async flags => {
      const { stdout } = await run(['plan', '--format', 'json', ...flags])
      assert.equal(JSON.parse(stdout).max_probes_per_hour, 264)
    }))

  it('restore forgets it, and leaves no trace', () =>
    beside(FRESH, async flags => {
      const root = flags.at(-1) as string
      await run(['apply', ...flags])
      assert.equal((await run(['restore', '--root', root])).code, 0)
      assert.deepEqual(await fs.readdir(path.join(root, 'var/lib')), [])
    }))
})
