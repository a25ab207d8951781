/** A signal goes to the process that was seen, and to no other. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readProcessStart } from '../../lib/system/process-start.ts'
import { sendSignal } from '../../lib/system/send-signal.ts'
import { kill } from '../support/process.ts'
import { worldOf } from '../support/run.ts'

const uid = process.geteuid?.() ?? 0
const world = { ...worldOf(), uid, pid: process.pid }

async function onProcess(
  use: (child: ChildProcess & { readonly pid: number }, startedAt: number) => Promise<void>,
  user?: number,
): Promise<void> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore', ...(user !== undefined && { uid: user }) })
  await once(child, 'spawn')
  const { pid = 0 } = child
  try {
    await use(Object.assign(child, { pid }), (await readProcessStart(pid)) ?? 0)
  } finally {
    await kill(child, 'SIGKILL')
  }
}

describe('a signal to a process that was seen before', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })

  it('is sent while the process is the same', () =>
    onProcess(async (child, startedAt) => {
      const ended = once(child, 'exit')
      assert.equal(await sendSignal({ pid: child.pid, startedAt }, 'SIGHUP', world), 'sent')
      assert.deepEqual(await ended, [null, 'SIGHUP'])
      assert.equal(await sendSignal({ pid: child.pid, startedAt }, 'SIGHUP', world), 'gone')
    }))

  it('is not sent to a process that was started at another time', () =>
    onProcess(async (child, startedAt) => {
      assert.equal(await sendSignal({ pid: child.pid, startedAt: startedAt - 1 }, 'SIGHUP', world), 'gone')
      assert.equal(child.signalCode, null)
      process.kill(child.pid, 0)
    }))

  it('is not sent where /proc shows the numbers of another namespace', () =>
    onProcess(async (child, startedAt) => {
      const elsewhere = { ...world, pid: process.pid + 1 }
      assert.deepEqual(await sendSignal({ pid: child.pid, startedAt }, 'SIGHUP', elsewhere), {
        problem: 'is in another PID namespace than regmirror',
      })
      process.kill(child.pid, 0)
    }))

  it('is not sent to a process of another user', function () {
    if (uid !== 0) this.skip()
    return onProcess(async (child, startedAt) => {
      assert.deepEqual(await sendSignal({ pid: child.pid, startedAt }, 'SIGHUP', world), {
        problem: 'runs as uid 1234',
      })
      process.kill(child.pid, 0)
    }, 1234)
  })
})
