// Loads the bundle. V8 compiles it from its code cache where the cache is of this bundle and of this Node.
// Old syntax on purpose: it is read by an old Node too.
var fs = require('node:fs')
var path = require('node:path')
var vm = require('node:vm')
var zlib = require('node:zlib')

/** The first line of a code cache. V8 checks neither the content of a cache nor more of the source than its length. */
function headOf(source, cache) {
  return ['regmirror', process.version, process.arch, zlib.crc32(source), zlib.crc32(cache)].join(' ')
}

/** A code cache with its first line. */
exports.sealCache = (source, cache) =>
  Buffer.concat([Buffer.from(`${headOf(source, cache)}\n`, 'latin1'), cache])

/** The code cache in `sealed`; undefined where it is damaged, or of another bundle or another Node. */
exports.openCache = (source, sealed) => {
  var end = sealed.indexOf(10)
  var cache = sealed.subarray(end + 1)
  return end > 0 && sealed.latin1Slice(0, end) === headOf(source, cache) ? cache : undefined
}

/** The script of a bundle: a function of `exports`, `require` and `module`. `source`: its bytes, which are ASCII. */
exports.compile = (source, cache, filename) =>
  new vm.Script(source.latin1Slice(), { filename: filename, cachedData: cache })

/** Runs the script of a bundle; returns what it exports. */
exports.run = (script, require) => {
  var module = { exports: {} }
  script.runInThisContext()(module.exports, require, module)
  return module.exports
}

/** Loads the bundle of the package; returns what it exports. */
exports.load = require => {
  var file = path.join(__dirname, '../dist/regmirror.js')
  var source = fs.readFileSync(file)
  if (source.length === 0) throw new Error('its file is empty')
  return exports.run(exports.compile(source, readCache(source), file), require)
}

/** The code cache only saves time, so a run does without it where it cannot be read. */
function readCache(source) {
  try {
    return exports.openCache(source, fs.readFileSync(path.join(__dirname, '../dist/regmirror.cache')))
  } catch {
    return undefined
  }
}
