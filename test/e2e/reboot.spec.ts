/** After a reboot, the health that was saved while the network stopped does not count. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { spawnCli } from '../support/process.ts'
import { pagesOf, SERVING } from '../support/served.ts'
import { eventually, listText, startMirror, watching, withPlace } from '../support/watching.ts'
import { needRuntime } from './support/runtimes.ts'

const ARGS = ['--log-format', 'text', ...SERVING]

/** A wrapper that shows a command another boot id. */
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

  it('a watcher and apply start with the declared list, and the last hour is still shown', async () => {
    await using healthy = await startMirror()
    await using failed = await startMirror()
    await failed.stop()
    await withPlace(async ({ root, list, args, hosts }) => {
      // The health counts for a quarter of an hour.
      await fs.writeFile(list, listText([healthy.url, failed.url]).replace('"1s"', '"5m"'))
      const isWritten = async () => (await hosts())?.includes(failed.url)
      const watch = (use: Parameters<typeof watching>[1], wrapper: readonly string[] = []) =>
        watching([...args, ...ARGS], use, {}, '', wrapper)
      await watch(async watcher => {
        await watcher.until(/ is unhealthy/)
        await watcher.until(/updated .*hosts\.toml/)
        assert.equal(await watcher.stop(), 0)
      })
      assert.equal((await spawnCli(['plan', '--check', ...args])).code, 0, 'in this boot it counts')

      const boot = await rebooted(root)
      const applied = await spawnCli(['apply', '--no-probe', ...args], process.env, boot)
      assert.equal(applied.code, 0, applied.stderr)
      assert.equal(await isWritten(), true)

      await spawnCli(['apply', '--no-probe', ...args])
      assert.equal(await isWritten(), false, 'in the previous boot')
      await watch(async watcher => {
        const pages = await pagesOf(watcher)
        await watcher.until(/updated .*hosts\.toml/)
        await watcher.until(/ is unhealthy/)
        const { body } = await pages.get('/')
        assert.match(body, /the events below are from the previous one/)
        await eventually(
          async () => ((await isWritten()) ? undefined : true),
          () => 'the failed mirror stays',
        )
        assert.equal(await watcher.stop(), 0)
      }, boot)
    })
  })
})
