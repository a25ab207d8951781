/** Two watchers on one node, after the folder of their lock was removed. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { eventually, listText, watching, withPlace } from '../support/watching.ts'

const TEXT = ['--log-format', 'text']
/** A watcher of this list does nothing for an hour. */
const IDLE = `${listText(['http://127.0.0.1:9']).replace('"1s"', '"1h"')}server = "http://127.0.0.1:9"\n`

describe('the lock of a watcher', () => {
  it('ends the first watcher when a second one has taken it, after the state folder was removed', async () => {
    await withPlace(async ({ root, list, args }) => {
      const state = path.join(root, 'var/lib/regmirror')
      await fs.writeFile(list, IDLE)
      await watching([...args, ...TEXT], async first => {
        await first.until(/created .*hosts\.toml/)
        // The mirror, then the server: after that it does nothing.
        await first.until(/ is unhealthy/)
        await first.until(/ is unhealthy/)
        // The watcher may still write there.
        await fs.rm(state, { recursive: true, maxRetries: 20 })
        await watching([...args, ...TEXT], async second => {
          await second.until(/read .*mirrors\.toml/)
          first.child.kill('SIGHUP')
          await first.until(
            /error: .*the lock of this watcher was removed outside regmirror; restart the watcher/,
          )
          assert.equal(await first.stop(), 2)
          const tickets = async () => (await fs.readdir(state)).filter(name => name.startsWith('watch-'))
          assert.deepEqual(await tickets(), ['watch-1'], 'the second watcher has the lock')
          second.child.kill('SIGHUP')
          await second.until(/SIGHUP: reading the list again/)
          assert.equal(await second.stop(), 0)
          await eventually(
            async () => ((await tickets()).length === 0 ? true : undefined),
            () => 'the lock stays',
          )
        })
      })
    })
  })
})
