/**
 * Preloaded into the program under test: sends it a signal in the nth call of a function of node:fs, which
 * REGMIRROR_TEST_SIGNAL names as `rename 3 SIGTERM`. A call with a promise is delayed until the signal is handled; a call
 * that blocks cannot wait for that, so the program handles the signal as soon as it takes a turn.
 */
const fs = require('node:fs')

const [name, nth, signal] = process.env.REGMIRROR_TEST_SIGNAL.split(' ')
const [asPromise, blocking] = [fs.promises[name], fs[`${name}Sync`]]
let count = 0

function sendSignal() {
  count += 1
  if (count === Number(nth)) process.kill(process.pid, signal)
  return count === Number(nth)
}

fs.promises[name] = async (...args) => {
  if (sendSignal()) await new Promise(done => setTimeout(done, 50))
  return await asPromise(...args)
}

fs[`${name}Sync`] = (...args) => {
  sendSignal()
  return blocking(...args)
}
