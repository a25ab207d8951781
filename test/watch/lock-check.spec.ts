/** How a watcher checks that it still has its lock: at every turn, so it must cost little. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { withNodeLock } from '../../lib/apply/node-lock.ts'
import { openWatchLockCheck, watchLockRequest } from '../../lib/pipeline/lock.ts'
import { openWriter, type Writer } from '../../lib/system/writer.ts'
import { worldOf } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'

interface Watching {
  readonly state: string
  /** Milliseconds that pass before the next check. */
  readonly pass: (ms: number) => void
  readonly check: () => Promise<void>
  /** How often the tickets were read. */
  readonly looks: () => number
}

async function whileLocked(act: (watching: Watching) => Promise<void>): Promise<void> {
  await withDirectory(async root => {
    let [looks, now] = [0, 0]
    const writer = openWriter(root)
    const node: Writer = {
      ...writer,
      entries: file => {
        looks += 1
        return writer.entries(file)
      },
    }
    const world = { ...worldOf(), monotonic: () => BigInt(now) * 1000n }
    const request = await watchLockRequest('watch', writer, world)
    await withNodeLock(writer, request, async () => {
      await act({
        state: path.join(root, 'var/lib/regmirror'),
        pass: ms => {
          now += ms
        },
        check: openWatchLockCheck(node, request.holder, world),
        looks: () => looks,
      })
    })
  })
}

describe('the check of the lock of a watcher', () => {
  it('reads the tickets once while the state folder does not change, and again after a minute', () =>
    whileLocked(async ({ pass, check, looks }) => {
      for (let turn = 0; turn < 50; turn += 1) await check()
      assert.equal(looks(), 1)
      pass(60_000)
      await check()
      assert.equal(looks(), 2)
    }))

  it('reads them again after any change of the folder', () =>
    whileLocked(async ({ state, check, looks }) => {
      await check()
      await fs.writeFile(path.join(state, 'health.json'), '{}')
      await check()
      assert.equal(looks(), 2)
      await fs.rm(path.join(state, 'health.json'))
    }))

  it('fails when the folder was removed, also where another one has its name', () =>
    whileLocked(async ({ state, check }) => {
      await check()
      await fs.rename(state, `${state}-before`)
      await assert.rejects(check(), /locked|lock of this watcher/)
      await fs.mkdir(state)
      await assert.rejects(check(), /locked|lock of this watcher/)
      await fs.rmdir(state)
      await fs.rename(`${state}-before`, state)
      await check()
    }))
})
