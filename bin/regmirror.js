#!/bin/sh
':' //; while read -r name mask; do case $name in SigIgn:) export REGMIRROR_SIGIGN="$mask" ;; esac; done 2>/dev/null </proc/self/status; exec node "$0" "$@"
// A shell runs the line above and Node the rest: Node resets signals that nohup(1) or a shell has ignored before
// anything of ours runs (ResetSignalHandlers in src/node.cc@24), so only what starts Node can pass on which they were.
// Signals in, exit code out. Old syntax on purpose: an old Node must get as far as being told what to do.
var version = process.versions.node.split('.').map(Number)

if (version[0] < 22 || (version[0] === 22 && version[1] < 22)) {
  console.error(
    // biome-ignore lint/style/useTemplate: an old Node does not know templates
    'regmirror needs Node 22.22 or newer, this is ' + process.versions.node + '; install a newer one',
  )
  process.exit(2)
}

// Otherwise Node opens its debugger at this signal, on a port of loopback by which every local user runs code as root.
process.on('SIGUSR1', () => {})

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
  if (error.code === 'EMFILE' || error.code === 'ENFILE')
    return `error: too many files are open (${error.code}); raise the limit: ulimit -n 1024, or LimitNOFILE=1024 in its unit`
  var unbuilt = error.code === 'ERR_MODULE_NOT_FOUND' && /dist\/lib\/main\.js$/.test(error.url)
  var why = unbuilt ? 'it is not built here' : String(error.message).split('\n')[0]
  var again = unbuilt
    ? 'in a checkout, run npm run build or npm run install:global'
    : 'run it again if it was just being upgraded'
  return `error: cannot start regmirror: ${why}; ${again}, otherwise install it again`
}
