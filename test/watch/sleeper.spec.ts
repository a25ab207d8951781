/** The waits of a watcher: a turn of its loop looks at every mirror, so their number must not set the number of turns. */
import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { openSleeper } from '../../lib/watch/host/sleeper.ts'

describe('the sleeper of a watcher', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
  afterEach(() => mock.timers.reset())

  /** Runs what waits for a promise. */
  const settle = async () => {
    for (let i = 0; i < 5; i += 1) await Promise.resolve()
  }

  /** How often a loop that only sleeps turns within a second, when these happen. */
  async function countTurns(
    act: (sleeper: ReturnType<typeof openSleeper>, ms: number) => void,
    wait = 3600_000,
  ) {
    const sleeper = openSleeper()
    let [turns, isOver] = [0, false]
    const loop = async () => {
      for (; !isOver; turns += 1) await sleeper.sleep(wait)
    }
    const running = loop()
    for (let ms = 0; ms < 1000; ms += 1) {
      act(sleeper, ms)
      mock.timers.tick(1)
      await settle()
    }
    const counted = turns
    isOver = true
    sleeper.wake()
    await running
    return counted
  }

  it('ends once for all results of a tenth of a second', async () => {
    assert.equal(await countTurns(sleeper => sleeper.wakeSoon()), 10)
  })

  it('is not shorter than a tenth of a second where the next mirror is due immediately', async () => {
    assert.equal(await countTurns(() => {}, 0), 10)
  })

  it('ends immediately when it is woken', async () => {
    assert.equal(await countTurns((sleeper, ms) => ms === 500 && sleeper.wake()), 1)
  })
})
