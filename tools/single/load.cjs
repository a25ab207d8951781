// Takes the place of bin/load.js in the single file: what it loads lies in the executable.
var fs = require('node:fs')
var sea = require('node:sea')
var { bytesFile, openBundle, unpack } = require('../../bin/load.js')

/** The program; with the one flag that only the single file has, the licences of what it holds. */
exports.load = require => {
  if (process.argv.length === 3 && process.argv[2] === '--licenses') return { start: printLicenses }
  passIgnoredSignals()
  var { program } = openBundle(bytesFile(assetOf('regmirror.bundle')), findCaches, require, 'regmirror')
  return { start: () => program.start(true) }
}

/** Nothing can damage the code caches alone, so they are not checked (tools/single/build.ts). */
function findCaches() {
  return unpack(bytesFile(assetOf('regmirror.cache'))).read
}

function assetOf(name) {
  return Buffer.from(sea.getRawAsset(name))
}

/** Code before the first instruction of Node copied SIGHUP and SIGINT, which Node resets (tools/single/entry.ts). */
function passIgnoredSignals() {
  var mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readStatus())
  if (mask) process.env.REGMIRROR_SIGIGN = (BigInt(`0x${mask[1]}`) >> 40n).toString(16)
}

function readStatus() {
  try {
    return fs.readFileSync('/proc/self/status', 'latin1')
  } catch {
    return ''
  }
}

function printLicenses() {
  return new Promise(done => {
    process.stdout.on('error', () => done(2))
    process.stdout.write(assetOf('THIRD-PARTY-LICENSES'), () => done(0))
  })
}
