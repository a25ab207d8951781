/** A watcher on a machine on which a file system fills up or turns read-only, and names come and go: each in a mount namespace of its own. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { type Pages, pagesOf, SERVING } from '../support/served.ts'
import { eventually, startMortal, type Watching, watching, withPlace } from '../support/watching.ts'
import { needMounts } from './support/runtimes.ts'

const STATE = 'var/lib/regmirror'
const CERTS = 'etc/containerd/certs.d'
const ARGS = ['--log-format', 'text', ...SERVING]

/** Becomes the command in a namespace where `script` has been run. */
const after = (script: string) => ['unshare', '--mount', 'sh', '-ec', `${script}; exec "$@"`, 'sh']

/** Something is done where the watcher is. */
function inside({ child }: Watching, script: string): void {
  const where = ['--target', String(child.pid), '--mount']
  execFileSync('nsenter', [...where, 'sh', '-ec', script], { stdio: 'ignore' })
}

const listOf = (urls: readonly string[]) =>
  `version = 1\n[health]\ninterval = "1s"\n[registries."docker.io"]\nserver = "http://127.0.0.1:9"\nmirrors = ${JSON.stringify(urls)}\n`

/** How many questions were asked. */
async function asked({ get }: Pages): Promise<number> {
  const counts = (await get('/metrics')).body.matchAll(/^regmirror_questions_total.* (\d+)$/gm)
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}

interface Trouble {
  /** What it befalls. */
  readonly where: string
  readonly told: RegExp
  readonly begin: (mount: string) => string
  readonly end: (mount: string) => string
}

const FULL = {
  told: /no space is left/,
  begin: (mount: string) => `cat /dev/zero > '${mount}/fill' || true`,
  end: (mount: string) => `rm '${mount}/fill'`,
}
const TROUBLES: readonly Trouble[] = [
  { where: STATE, ...FULL },
  { where: CERTS, ...FULL },
  {
    where: STATE,
    told: /read-only/,
    // Refused (EBUSY) while the watcher is just writing there.
    begin: mount => `timeout 60 sh -c 'until mount -o remount,ro "$0"; do sleep 0.05; done' '${mount}'`,
    end: mount => `mount -o remount,rw '${mount}'`,
  },
]

async function endure({ where, told, begin, end }: Trouble): Promise<void> {
  await using a = await startMortal()
  await using b = await startMortal()
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
      await a.die()
      await watcher.until(/ is down/)
      await pages.until('/healthz', 503, told)
      // It is tried again, and mirrors are asked meanwhile.
      const before = await asked(pages)
      await pages.until('/metrics', 200, /^regmirror_write_failures_total [2-9]/m)
      assert.ok((await asked(pages)) > before)
      assert.ok(await named())
      const lines = watcher
        .log()
        .split('\n')
        .filter(line => told.test(line))
      const words = lines.map(line => line.slice(25).replace(/[0-9a-f]{12}/g, ''))
      assert.equal(new Set(words).size, words.length, `said once:\n${lines.join('\n')}`)
      inside(watcher, end(mount))
      await eventually(
        async () => ((await named()) ? undefined : true),
        () => 'the mirror stays in the file',
      )
      await watcher.until(/the node can be written to again/)
      await pages.until('/healthz', 200)
      assert.equal(await watcher.stop(), 0)
    }
    await watching([...args, ...ARGS], use, {}, '', after(`mount -t tmpfs -o size=256k t '${mount}'`))
  })
}

describe('a watcher and what is mounted', function () {
  this.timeout(240_000)
  before(function () {
    needMounts(this)
  })

  it('says once that it cannot write, goes on asking, and writes when it can again', async () => {
    await Promise.all(TROUBLES.map(endure))
  })

  it('leaves out a mirror whose name has no address any more, and writes it when it has one again', async () => {
    await using mirror = await startMortal()
    await using other = await startMortal()
    await withPlace(async ({ list, args, hosts }) => {
      const [known, servers] = [`${list}.hosts`, `${list}.resolv`]
      const name = 'mirror.regmirror.invalid'
      const found = `127.0.0.1 localhost ${name}\n`
      await fs.writeFile(known, found)
      // Whoever is asked for a name that does not stand there refuses at once.
      await fs.writeFile(servers, 'nameserver 127.0.0.1\noptions attempts:1 timeout:1\n')
      const url = mirror.url.replace('127.0.0.1', name)
      await fs.writeFile(list, listOf([url, other.url]))
      const named = (wanted: boolean) =>
        eventually(
          async () => ((await hosts())?.includes(url) === wanted ? true : undefined),
          () => `it is ${wanted ? 'not ' : ''}in the file`,
        )
      const use = async (watcher: Watching) => {
        await named(true)
        await fs.writeFile(known, '127.0.0.1 localhost\n')
        await watcher.until(
          new RegExp(`${name}.* is down: (its name has no|the lookup of its name got no|the DNS server) `),
        )
        await named(false)
        await fs.writeFile(known, found)
        await watcher.until(new RegExp(`${name}.* is well again`))
        await named(true)
        assert.equal(await watcher.stop(), 0)
      }
      const mounts = `mount --bind '${known}' /etc/hosts; mount --bind '${servers}' /etc/resolv.conf`
      await watching([...args, ...ARGS], use, {}, '', after(mounts))
    })
  })
})
