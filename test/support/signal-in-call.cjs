/**
 * Loaded into the program under test before its first line: sends it a signal in the nth call of a function of
 * node:fs/promises, all three named in REGMIRROR_TEST_TELL as `rename 3 SIGTERM`, and lets that call wait until it was heard.
 */
const fs = require('node:fs/promises')

const [name, nth, signal] = process.env.REGMIRROR_TEST_TELL.split(' ')
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
