#!/bin/sh
':' //; while read -r name mask; do case $name in SigIgn:) export REGMIRROR_SIGIGN="$mask" ;; esac; done 2>/dev/null </proc/self/status; exec node --max-semi-space-size=4 "$0" "$@"
// A shell runs the line above, and Node the rest. Before it runs any script, Node resets signals that nohup(1) or a shell
// has ignored (ResetSignalHandlers in src/node.cc@24), so the shell passes on which ones they were. What a large list needs
// lives until the end of the run: with more MiB for new values, V8 takes twice the memory for it and is no faster.
// Old syntax on purpose: an old Node must be able to run the check of its version.
var version = process.versions.node.split('.').map(Number)

if (version[0] < 22 || (version[0] === 22 && version[1] < 22)) {
  console.error(
    'error: regmirror requires Node 22.22 or newer, but this is ' +
      process.versions.node +
      '; install Node 22.22',
  )
  process.exit(2)
}

// Otherwise ps and the journal call it node.
try {
  require('node:fs').writeFileSync('/proc/self/comm', 'regmirror')
} catch {
  // The name is only shown.
}

// By default Node opens its debugger at this signal, on a loopback port that lets every local user run code as root.
process.on('SIGUSR1', () => {})

try {
  process.cwd()
} catch {
  console.error('error: the working directory was removed; change to one that exists')
  process.exit(2)
}

loadBundle()
  .then(program => program.start())
  .then(
    // Exits immediately: a name server that does not respond would hold the process for another ten seconds.
    code => {
      process.exit(code)
    },
    error => {
      console.error(problemText(error))
      process.exit(2)
    },
  )

async function loadBundle() {
  return require('./load.js').load(require)
}

function problemText(error) {
  if (error.code === 'EMFILE' || error.code === 'ENFILE')
    return `error: too many files are open (${error.code}); raise the limit: ulimit -n 1024, or LimitNOFILE=1024 in its unit`
  var unbuilt = error.code === 'ENOENT' && /dist\/regmirror\.bundle$/.test(error.path)
  var why = unbuilt ? 'it is not built' : String(error.message).split('\n')[0]
  var remedy = unbuilt
    ? 'in a checkout, run npm run build or npm run install:global'
    : 'run it again if it is being upgraded'
  return `error: cannot start regmirror: ${why}; ${remedy}, otherwise reinstall it`
}
