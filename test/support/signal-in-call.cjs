/**
 * Preloaded into the program under test: sends it a signal in the nth call of a function of node:fs/promises, which
 * REGMIRROR_TEST_SIGNAL names as `rename 3 SIGTERM`, and delays that call until the signal is handled.
 */
const fs = require('node:fs/promises')

const [name, nth, signal] = process.env.REGMIRROR_TEST_SIGNAL.split(' ')
const act = fs[name]
let count = 0

fs[name] = async (...args) => {
  count += 1
  if (count === Number(nth)) {
    process.kill(process.pid, signal)
    await new Promise(done => setTimeout(done, 50))
  }
  return await act(...args)
}
