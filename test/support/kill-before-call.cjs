/**
 * Preloaded into the program under test: kills it before the nth call of a function of node:fs/promises, which
 * REGMIRROR_TEST_KILL names as `rename 3`.
 */
const fs = require('node:fs/promises')

const [name, nth] = process.env.REGMIRROR_TEST_KILL.split(' ')
const act = fs[name]
let count = 0

fs[name] = (...args) => {
  count += 1
  if (count === Number(nth)) process.kill(process.pid, 'SIGKILL')
  return act(...args)
}
