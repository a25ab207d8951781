/** Changes in directories are reported soon, and not more than once a second. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDirectoryWatcher } from '../../lib/watch/host/directory-watcher.ts'
import { withDirectory } from '../support/tree.ts'
import { eventually } from '../support/watching.ts'

describe('the directory watcher', () => {
  it('reports a change, and many changes at most once a second', async () => {
    await withDirectory(async directory => {
      const reports: (readonly string[])[] = []
      const started = performance.now()
      const watcher = openDirectoryWatcher(paths => void reports.push(paths))
      try {
        watcher.watch([directory])
        await eventually(
          () => (reports.length > 0 ? true : undefined),
          () => 'nothing is reported',
        )
        for (let i = 0; i < 40; i += 1) {
          await fs.writeFile(path.join(directory, 'noise'), String(i))
          await sleep(50)
        }
        await fs.writeFile(path.join(directory, 'mirrors.toml'), 'version = 1')
        await eventually(
          () => (reports.flat().includes(path.join(directory, 'mirrors.toml')) ? true : undefined),
          () => `not reported among ${reports.flat()}`,
        )
        const seconds = (performance.now() - started) / 1000
        assert.ok(reports.length <= seconds + 1, `${reports.length} reports in ${seconds} s`)
      } finally {
        await watcher.close()
      }
    })
  })
})
