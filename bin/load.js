// Loads the bundle: scripts in one file, of which a command runs those that it needs. V8 compiles them from its code cache
// where the cache is of this bundle and of this Node.
// Old syntax on purpose: it is read by an old Node too.
var fs = require('node:fs')
var path = require('node:path')
var vm = require('node:vm')

/** What a file system leaves of a page that was not written before a power cut. */
var EMPTY_PAGE = Buffer.alloc(4096)

/** A text of one line, then bytes. */
function pack(head, bytes) {
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), bytes])
}

function unpack(file) {
  var end = file.indexOf(10)
  return { head: JSON.parse(file.subarray(0, end).latin1Slice()), bytes: file.subarray(end + 1) }
}

/** Bytes by name as an index, [start, end] by name, and all bytes. */
function join(parts) {
  var at = 0
  var index = {}
  for (var [name, bytes] of Object.entries(parts)) {
    index[name] = [at, at + bytes.length]
    at += bytes.length
  }
  return { index, bytes: Buffer.concat(Object.values(parts)) }
}

/**
 * A bundle as it is kept. `id` is its own, `entry` the script to start with, `scripts` their texts by name: ASCII, each a
 * function of `exports`, `require` and `module`.
 */
exports.packBundle = (id, entry, scripts) => {
  var texts = Object.entries(scripts).map(([name, text]) => [name, Buffer.from(text, 'latin1')])
  var { index, bytes } = join(Object.fromEntries(texts))
  return pack({ id, entry, index }, bytes)
}

/** A code cache says what it is of: V8 compares only the length of a source with the one that it compiled. */
function ownerOf(id) {
  return [id, process.version, process.arch].join(' ')
}

/**
 * A code cache as it is kept, twice: V8 does not check the bytes, and whatever else finds a damaged one takes longer to load
 * than the cache saves.
 */
function packCache(id, caches) {
  var { index, bytes } = join(caches)
  if (bytes.includes(EMPTY_PAGE)) throw new Error('the code cache looks like a damaged one')
  return pack({ of: ownerOf(id), index }, Buffer.concat([bytes, bytes]))
}

/** Finds code caches by name; none where they are damaged, or of another bundle or another Node. */
function openCache(id, file) {
  try {
    return readCache(id, unpack(file))
  } catch {
    return () => undefined
  }
}

function readCache(id, { head, bytes }) {
  var first = bytes.subarray(0, bytes.length / 2)
  var isUsable =
    head.of === ownerOf(id) && first.equals(bytes.subarray(bytes.length / 2)) && !first.includes(EMPTY_PAGE)
  // Most scripts are loaded soon. A process that runs for long does not keep the cache for the others.
  var kept = new WeakRef(first)
  return name => {
    var cache = kept.deref()
    return isUsable && cache && head.index[name] ? cache.subarray(...head.index[name]) : undefined
  }
}

/** Modules of Node that take long to load, and that most runs do not use. */
var LATE = ['child_process', 'crypto', 'dgram', 'dns', 'http', 'net', 'tls', 'zlib'].map(
  name => `node:${name}`,
)

/** A module of Node that is loaded when something of it is used. Scripts look whether it is one of theirs (`__esModule`). */
function requireLate(name, require) {
  return new Proxy({}, { get: (_, key) => (key === '__esModule' ? undefined : require(name)[key]) })
}

/**
 * Opens a bundle; `cache` are the bytes of its code cache, empty where there is none. Returns what its first script exports,
 * and a function that packs the code cache of all that has run.
 */
exports.openBundle = (bundle, cache, require, filename) => {
  var { head, bytes } = unpack(bundle)
  var cacheOf = openCache(head.id, cache)
  var scripts = {}
  var loaded = {}
  function load(name) {
    var span = head.index[name]
    if (span === undefined) return LATE.includes(name) ? requireLate(name, require) : require(name)
    if (loaded[name] !== undefined) return loaded[name].exports
    var source = bytes.subarray(...span).latin1Slice()
    scripts[name] = new vm.Script(source, { filename: `${filename}/${name}`, cachedData: cacheOf(name) })
    // Before it runs: scripts may need each other.
    loaded[name] = { exports: {} }
    scripts[name].runInThisContext()(loaded[name].exports, load, loaded[name])
    return loaded[name].exports
  }
  return {
    program: load(head.entry),
    /** Whether V8 took every script so far from the code cache. */
    isCached: () => Object.values(scripts).every(script => script.cachedDataRejected === false),
    packCache() {
      var caches = Object.entries(scripts).map(([name, script]) => [name, script.createCachedData()])
      return packCache(head.id, Object.fromEntries(caches))
    },
  }
}

/** Loads the bundle of the package; returns what its first script exports. */
exports.load = require => {
  var file = path.join(__dirname, '../dist/regmirror.bundle')
  return exports.openBundle(fs.readFileSync(file), readCacheFile(), require, file).program
}

/** The code cache only saves time, so a run does without it where it cannot be read. */
function readCacheFile() {
  try {
    return fs.readFileSync(path.join(__dirname, '../dist/regmirror.cache'))
  } catch {
    return Buffer.alloc(0)
  }
}
