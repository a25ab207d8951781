/**
 * Loaded into the program under test before its first line: starts the thread that libuv does file-system work in,
 * names it, and waits until somebody watches it. So whoever attaches to that thread misses nothing of it. The clock
 * stands still, at the time of test/support/run.ts: what two runs write is the same.
 */
const fs = require('node:fs')

/** The stream over which the program and the test speak. */
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
