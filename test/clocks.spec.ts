/** Times that are kept by the monotonic clock and shown by the wall clock. */
import assert from 'node:assert/strict'
import { monotonicTime, openClocks, wallTime } from '../lib/system/clocks.ts'

const WALL = Date.UTC(2026, 0, 2)

/** A world 100 s after its boot. */
const worldAt = () => {
  const at = { monotonic: 100_000, wall: WALL }
  return { at, world: { monotonic: () => BigInt(at.monotonic) * 1000n, now: () => at.wall } }
}

describe('clocks', () => {
  it('show a moment as the same time on every read, although the two clocks are read one after the other', () => {
    const { at, world } = worldAt()
    const read = openClocks(world)
    const first = wallTime(40_000, read())
    assert.equal(first, WALL - 60_000)
    for (const late of [1, -1, 3, 0, -400]) {
      Object.assign(at, { monotonic: at.monotonic + 1000, wall: WALL + at.monotonic - 99_000 + late })
      assert.equal(wallTime(40_000, read()), first)
    }
  })

  it('show a moment by the new time after the wall clock was set', () => {
    const { at, world } = worldAt()
    const read = openClocks(world)
    read()
    for (const wall of [0, WALL - 3_600_000, WALL + 86_400_000]) {
      at.wall = wall
      assert.equal(wallTime(40_000, read()), wall - 60_000)
      assert.equal(monotonicTime(wall - 60_000, read()), 40_000)
    }
  })
})
