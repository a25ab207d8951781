/**
 * Preloaded into the program under test: starts the thread in which libuv does file-system work, prints its id, and waits
 * until strace is attached to it. The clock stands still, at the time of test/support/run.ts, so that all runs write the
 * same.
 */
const fs = require('node:fs')

/** The descriptor that connects the program and the test. */
const GATE = 3

const now = Date.UTC(2026, 0, 2, 3, 4, 5)
Date.now = () => now

fs.stat('/', () => {})
const workers = fs
  .readdirSync('/proc/self/task')
  .filter(task => fs.readFileSync(`/proc/self/task/${task}/comm`, 'utf8') === 'libuv-worker\n')
fs.writeSync(GATE, `${workers.join()}\n`)
fs.readSync(GATE, Buffer.alloc(1))
fs.closeSync(GATE)
