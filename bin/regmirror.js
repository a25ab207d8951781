#!/usr/bin/env node
// Signals in, exit code out. Old syntax on purpose: an old Node must get as far as being told what to do.
var version = process.versions.node.split('.').map(Number)

if (version[0] < 22 || (version[0] === 22 && version[1] < 22)) {
  console.error(
    // biome-ignore lint/style/useTemplate: an old Node does not know templates
    'regmirror needs Node 22.22 or newer, this is ' + process.versions.node + '; install a newer one',
  )
  process.exitCode = 2
} else {
  import('../dist/lib/main.js').then(
    program => program.start(),
    () => {
      console.error('regmirror is not built here; run npm run build')
      process.exitCode = 2
    },
  )
}
