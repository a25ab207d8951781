/** A machine is rebooted: the verdicts of its last minutes, when the network went down, are those of another boot. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { spawnCli } from '../support/process.ts'
import { pagesOf, SERVING } from '../support/served.ts'
import { eventually, listText, startMortal, watching, withPlace } from '../support/watching.ts'
import { needRuntime } from './support/runtimes.ts'

const ARGS = ['--log-format', 'text', ...SERVING]

/** Starts a command where the kernel says that this is another boot. */
async function rebooted(directory: string): Promise<readonly string[]> {
  const file = path.join(directory, 'boot_id')
  await fs.writeFile(file, `${randomUUID()}\n`)
  const script = `mount --bind '${file}' /proc/sys/kernel/random/boot_id; exec "$@"`
  return ['unshare', '--mount', 'sh', '-ec', script, 'sh']
}

describe('after a reboot', function () {
  this.timeout(300_000)
  before(function () {
    needRuntime(this, 'containerd-trixie', true)
  })

  it('a watcher and apply begin with the declared list; what was seen in the last hour is still shown', async () => {
    await using well = await startMortal()
    await using dead = await startMortal()
    await dead.die()
    await withPlace(async ({ root, list, args, hosts }) => {
      // Verdicts hold for a quarter of an hour.
      await fs.writeFile(list, listText([well.url, dead.url]).replace('"1s"', '"5m"'))
      const isWritten = async () => (await hosts())?.includes(dead.url)
      const watch = (use: Parameters<typeof watching>[1], wrapper: readonly string[] = []) =>
        watching([...args, ...ARGS], use, {}, '', wrapper)
      await watch(async watcher => {
        await watcher.until(/ is down/)
        await watcher.until(/updated .*hosts\.toml/)
        assert.equal(await watcher.stop(), 0)
      })
      assert.equal((await spawnCli(['plan', '--check', ...args])).code, 0, 'in this boot it holds')

      const boot = await rebooted(root)
      const applied = await spawnCli(['apply', '--no-probe', ...args], process.env, boot)
      assert.equal(applied.code, 0, applied.stderr)
      assert.equal(await isWritten(), true)

      await spawnCli(['apply', '--no-probe', ...args])
      assert.equal(await isWritten(), false, 'for whoever is of the boot before')
      await watch(async watcher => {
        const pages = await pagesOf(watcher)
        await watcher.until(/updated .*hosts\.toml/)
        await watcher.until(/ is down/)
        const { body } = await pages.get('/')
        assert.match(body, /what follows was seen by the one before it/)
        await eventually(
          async () => ((await isWritten()) ? undefined : true),
          () => 'the dead mirror stays',
        )
        assert.equal(await watcher.stop(), 0)
      }, boot)
    })
  })
})
