/** The time since boot, where a container or a time namespace shows a different one. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { BootClock } from '../../lib/system/boot-clock.ts'
import { withDirectory } from '../support/tree.ts'
import { startContainerdLike, writeWaitingProgram } from '../support/waiting-program.ts'
import { needMounts, skip } from './support/runtimes.ts'

const CLOCK = path.resolve(import.meta.dirname, '../support/print-clocks.ts')

interface Shown extends BootClock {
  /** The start of the daemon, and of the process that reads it, in ticks. */
  readonly startedAt: number | undefined
  readonly own: number
}

function read(pid: number, wrapper: readonly string[] = []): Shown {
  const [program = '', ...args] = [...wrapper, process.execPath, CLOCK, String(pid)]
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8' }))
}

/** Runs a command with another file mounted over one of /proc. */
const over = (file: string, of: string) => [
  ...['unshare', '--mount', 'sh', '-c', `mount --bind ${file} ${of} && exec "$@"`, 'sh'],
]

describe('the time since boot', function () {
  this.timeout(120_000)
  before(function () {
    needMounts(this)
  })

  const withDaemon = (use: (pid: number, home: string) => void | Promise<void>) =>
    withDirectory(async home => {
      const program = path.join(home, 'containerd')
      await writeWaitingProgram(program)
      const daemon = await startContainerdLike([program])
      try {
        await use(daemon.pid, home)
      } finally {
        await daemon.stop()
      }
    })

  for (const shift of [28_800, -60]) {
    it(`and the start of a daemon are the same in a time namespace with an offset of ${shift} s`, function () {
      const inside = ['unshare', '--time', '--boottime', String(shift)]
      try {
        execFileSync('unshare', [...inside.slice(1), 'true'], { stdio: 'ignore' })
      } catch {
        skip(this, 'cannot create a time namespace with this offset')
      }
      return withDaemon(pid => {
        const [before, there, after] = [read(pid), read(pid, inside), read(pid)]
        assert.equal(there.startedAt, before.startedAt)
        assert.equal(there.bootId, before.bootId)
        assert.ok((there.ticks ?? 0) >= (before.ticks ?? 0), `${there.ticks} is before ${before.ticks}`)
        assert.ok((there.ticks ?? 0) <= (after.ticks ?? 0), `${there.ticks} is after ${after.ticks}`)
      })
    })
  }

  it('is not before the start of a running process, where /proc/uptime is that of a container', () =>
    withDaemon(async (pid, home) => {
      const uptime = path.join(home, 'uptime')
      await fs.writeFile(uptime, '2.00 1.00\n')
      const { startedAt = 0 } = read(pid)
      const { ticks = 0, own } = read(pid, over(uptime, '/proc/uptime'))
      assert.ok(ticks >= own && own >= startedAt && startedAt > 200, `${ticks} ${own} ${startedAt}`)
    }))

  it('is read without a boot id, and without /proc/uptime, where they are hidden', () =>
    withDaemon(pid => {
      const boot = '/proc/sys/kernel/random/boot_id'
      const hidden = read(pid, over('/dev/null', boot))
      assert.equal(hidden.bootId, undefined)
      assert.ok(hidden.ticks !== undefined && hidden.ticks >= hidden.own)
      const { ticks = 0, own, bootId } = read(pid, over('/dev/null', '/proc/uptime'))
      assert.ok(bootId !== undefined && ticks >= own)
    }))
})
