/**
 * Preloaded into the program under test: kills it before the nth call of a function of node:fs, with a promise or
 * blocking, or of `process`, which REGMIRROR_TEST_KILL names as `rename 3` or `kill 1`.
 */
const fs = require('node:fs')

const [name, nth] = process.env.REGMIRROR_TEST_KILL.split(' ')
const end = process.kill.bind(process)
let count = 0

for (const [table, key] of [
  [fs.promises, name],
  [fs, `${name}Sync`],
  [process, name],
]) {
  const act = table[key]
  if (act === undefined) continue
  table[key] = (...args) => {
    count += 1
    if (count === Number(nth)) end(process.pid, 'SIGKILL')
    return act(...args)
  }
}
