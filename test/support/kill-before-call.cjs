/**
 * Preloaded into the program under test: kills it before the nth call of a function of node:fs, with a promise or
 * blocking, which REGMIRROR_TEST_KILL names as `rename 3`.
 */
const fs = require('node:fs')

const [name, nth] = process.env.REGMIRROR_TEST_KILL.split(' ')
let count = 0

for (const [table, key] of [
  [fs.promises, name],
  [fs, `${name}Sync`],
]) {
  const act = table[key]
  table[key] = (...args) => {
    count += 1
    if (count === Number(nth)) process.kill(process.pid, 'SIGKILL')
    return act(...args)
  }
}
