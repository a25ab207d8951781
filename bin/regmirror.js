#!/usr/bin/env node
// Signals in, exit code out. Old syntax on purpose: an old Node must get as far as being told what to do.
var version = process.versions.node.split('.').map(Number)

if (version[0] < 22 || (version[0] === 22 && version[1] < 22)) {
  console.error(
    // biome-ignore lint/style/useTemplate: an old Node does not know templates
    'regmirror needs Node 22.22 or newer, this is ' + process.versions.node + '; install a newer one',
  )
  process.exit(2)
}

try {
  process.cwd()
} catch {
  console.error('error: the directory that this was started in is gone; change to one that is there')
  process.exit(2)
}

import('./limits.js')
  .then(limits => {
    var problem = limits.prepare(process.argv.slice(2), process.env)
    if (problem === undefined) return
    console.error(`error: ${problem}`)
    process.exit(2)
  })
  .then(() => import('../dist/lib/main.js'))
  .then(program => program.start())
  .then(
    // Exits at once: a name server that does not answer would otherwise hold the process for ten seconds more.
    code => {
      process.exit(code)
    },
    error => {
      console.error(lineFor(error))
      process.exit(2)
    },
  )

function lineFor(error) {
  if (error.code === 'ERR_MODULE_NOT_FOUND')
    return 'regmirror is not built here; in a checkout, run npm run build or npm run install:global'
  if (error.code === 'EMFILE' || error.code === 'ENFILE')
    return `error: too many files are open (${error.code}); raise the limit: ulimit -n 1024, or LimitNOFILE=1024 in its unit`
  return `error: regmirror cannot start: ${String(error.message).split('\n')[0]}`
}
