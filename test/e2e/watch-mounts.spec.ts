/** A watcher while a file system is full or read-only, and while a name stops resolving, each in its own mount namespace. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { type Pages, pagesOf, SERVING } from '../support/served.ts'
import { eventually, startMirror, type Watching, watching, withPlace } from '../support/watching.ts'
import { needMounts } from './support/runtimes.ts'

const STATE = 'var/lib/regmirror'
const CERTS = 'etc/containerd/certs.d'
const ARGS = ['--log-format', 'text', ...SERVING]

/** Executes the command in a mount namespace, after `script`. */
const after = (script: string) => ['unshare', '--mount', 'sh', '-ec', `${script}; exec "$@"`, 'sh']

/** Runs a script in the mount namespace of the watcher. */
function inside({ child }: Watching, script: string): void {
  const where = ['--target', String(child.pid), '--mount']
  execFileSync('nsenter', [...where, 'sh', '-ec', script], { stdio: 'ignore' })
}

const listOf = (urls: readonly string[]) =>
  `version = 1\n[health]\ninterval = "1s"\n[registries."docker.io"]\nserver = "http://127.0.0.1:9"\nmirrors = ${JSON.stringify(urls)}\n`

/** How many probes were sent. */
async function countProbes({ get }: Pages): Promise<number> {
  const counts = (await get('/metrics')).body.matchAll(/^regmirror_probes_total.* (\d+)$/gm)
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}

interface Trouble {
  /** The folder that it affects. */
  readonly where: string
  readonly reported: RegExp
  readonly begin: (mount: string) => string
  readonly end: (mount: string) => string
}

const FULL = {
  reported: /no space left on the device/,
  begin: (mount: string) => `cat /dev/zero > '${mount}/fill' || true`,
  end: (mount: string) => `rm '${mount}/fill'`,
}
const TROUBLES: readonly Trouble[] = [
  { where: STATE, ...FULL },
  { where: CERTS, ...FULL },
  {
    where: STATE,
    reported: /read-only/,
    // Refused (EBUSY) while the watcher writes there.
    begin: mount => `timeout 60 sh -c 'until mount -o remount,ro "$0"; do sleep 0.05; done' '${mount}'`,
    end: mount => `mount -o remount,rw '${mount}'`,
  },
]

async function endure({ where, reported, begin, end }: Trouble): Promise<void> {
  await using a = await startMirror()
  await using b = await startMirror()
  await withPlace(async ({ root, list, args }) => {
    const mount = path.join(root, where)
    await fs.mkdir(mount, { recursive: true })
    await fs.writeFile(list, listOf([a.url, b.url]))
    const use = async (watcher: Watching) => {
      const pages = await pagesOf(watcher)
      await watcher.until(/created .*hosts\.toml/)
      const file = path.join(`/proc/${watcher.child.pid}/root`, root, CERTS, 'docker.io/hosts.toml')
      const named = async () => (await fs.readFile(file, 'utf8')).includes(a.url)
      inside(watcher, begin(mount))
      await a.stop()
      await watcher.until(/ is unhealthy/)
      await pages.until('/healthz', 503, reported)
      // It retries, and probes mirrors meanwhile.
      const before = await countProbes(pages)
      await pages.until('/metrics', 200, /^regmirror_write_failures_total [2-9]/m)
      assert.ok((await countProbes(pages)) > before)
      assert.ok(await named())
      const lines = watcher
        .log()
        .split('\n')
        .filter(line => reported.test(line))
      const words = lines.map(line => line.slice(25).replace(/[0-9a-f]{12}/g, ''))
      assert.equal(new Set(words).size, words.length, `reported more than once:\n${lines.join('\n')}`)
      inside(watcher, end(mount))
      await eventually(
        async () => ((await named()) ? undefined : true),
        () => 'the mirror stays in the file',
      )
      await watcher.until(/writes to this node succeed again/)
      await pages.until('/healthz', 200)
      assert.equal(await watcher.stop(), 0)
    }
    await watching([...args, ...ARGS], use, {}, '', after(`mount -t tmpfs -o size=256k t '${mount}'`))
  })
}

describe('a watcher and mounts', function () {
  this.timeout(240_000)
  before(function () {
    needMounts(this)
  })

  it('reports once that it cannot write, goes on probing, and writes when it can again', async () => {
    await Promise.all(TROUBLES.map(endure))
  })

  it('removes a mirror whose name no longer resolves, and writes it again when it resolves', async () => {
    await using mirror = await startMirror()
    await using other = await startMirror()
    await withPlace(async ({ list, args, hosts }) => {
      const [known, servers] = [`${list}.hosts`, `${list}.resolv`]
      const name = 'mirror.regmirror.invalid'
      const found = `127.0.0.1 localhost ${name}\n`
      await fs.writeFile(known, found)
      // A lookup of any other name is refused immediately.
      await fs.writeFile(servers, 'nameserver 127.0.0.1\noptions attempts:1 timeout:1\n')
      const url = mirror.url.replace('127.0.0.1', name)
      await fs.writeFile(list, listOf([url, other.url]))
      const isListed = (expected: boolean) =>
        eventually(
          async () => ((await hosts())?.includes(url) === expected ? true : undefined),
          () => `it is ${expected ? 'not ' : ''}in the file`,
        )
      const use = async (watcher: Watching) => {
        await isListed(true)
        await fs.writeFile(known, '127.0.0.1 localhost\n')
        await watcher.until(
          new RegExp(
            `${name}.* is unhealthy: (its name has no|the lookup of its name got no|the DNS server) `,
          ),
        )
        await isListed(false)
        await fs.writeFile(known, found)
        await watcher.until(new RegExp(`${name}.* is healthy again`))
        await isListed(true)
        assert.equal(await watcher.stop(), 0)
      }
      const mounts = `mount --bind '${known}' /etc/hosts; mount --bind '${servers}' /etc/resolv.conf`
      await watching([...args, ...ARGS], use, {}, '', after(mounts))
    })
  })
})
