/** What tells a watcher to look: soon after a change, and not all the time where something changes all the time. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDirectoryWatcher } from '../../lib/watch/host/directory-watcher.ts'
import { withDirectory } from '../support/tree.ts'
import { eventually } from '../support/watching.ts'

describe('the eyes of a watcher', () => {
  it('see a change, and at most one a second of many', async () => {
    await withDirectory(async directory => {
      const looks: (readonly string[])[] = []
      const started = performance.now()
      const eyes = openDirectoryWatcher(paths => void looks.push(paths))
      try {
        eyes.attend([directory])
        await eventually(
          () => (looks.length > 0 ? true : undefined),
          () => 'not even the first look',
        )
        for (let nth = 0; nth < 40; nth += 1) {
          await fs.writeFile(path.join(directory, 'noise'), String(nth))
          await sleep(50)
        }
        await fs.writeFile(path.join(directory, 'mirrors.toml'), 'version = 1')
        await eventually(
          () => (looks.flat().includes(path.join(directory, 'mirrors.toml')) ? true : undefined),
          () => `not seen among ${looks.flat()}`,
        )
        const seconds = (performance.now() - started) / 1000
        assert.ok(looks.length <= seconds + 1, `${looks.length} looks in ${seconds} s`)
      } finally {
        await eyes.close()
      }
    })
  })
})
