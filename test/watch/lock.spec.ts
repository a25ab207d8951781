/** Two watchers on one node, whatever becomes of the folder where their lock is. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { eventually, listText, watching, withPlace } from '../support/watching.ts'

const TEXT = ['--log-format', 'text']
/** Nothing wakes it by itself before somebody does. */
const ASLEEP = `${listText(['http://127.0.0.1:9']).replace('"1s"', '"1h"')}server = "http://127.0.0.1:9"\n`

describe('the lock of a watcher', () => {
  it('that another has taken, after the state folder was removed, ends the first', async () => {
    await withPlace(async ({ root, list, args }) => {
      const state = path.join(root, 'var/lib/regmirror')
      await fs.writeFile(list, ASLEEP)
      await watching([...args, ...TEXT], async first => {
        await first.until(/created .*hosts\.toml/)
        // The mirror, then the server: after that it sleeps.
        await first.until(/ is down/)
        await first.until(/ is down/)
        await fs.rm(state, { recursive: true })
        await watching([...args, ...TEXT], async second => {
          await second.until(/read .*mirrors\.toml/)
          first.child.kill('SIGHUP')
          await first.until(/error: .*the lock of this watcher was removed; start it again/)
          assert.equal(await first.stop(), 2)
          const tickets = async () => (await fs.readdir(state)).filter(name => name.startsWith('watch-'))
          assert.deepEqual(await tickets(), ['watch-1'], 'the lock is of the second now')
          second.child.kill('SIGHUP')
          await second.until(/SIGHUP: reading the list again/)
          assert.equal(await second.stop(), 0)
          await eventually(
            async () => ((await tickets()).length === 0 ? true : undefined),
            () => 'its lock stays',
          )
        })
      })
    })
  })
})
