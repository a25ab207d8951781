// Loads the bundle: scripts in one file, of which a command reads and runs those that it needs. V8 compiles them from its
// code cache where the cache is of this bundle and of this Node.
const fs = require('node:fs')
const path = require('node:path')
const vm = require('node:vm')

/** What a file system leaves of a page that was not written before a power cut. */
const EMPTY_PAGE = Buffer.alloc(4096)
/** After each code cache: a page that was not written is found there, or lies within the cache as a whole. */
const END = Buffer.from('\n')

/** A text of one line, then parts by name; the line says where they are. */
exports.pack = (head, parts) => {
  let at = 0
  const index = {}
  for (const [name, bytes] of Object.entries(parts)) {
    index[name] = [at, at + bytes.length]
    at += bytes.length
  }
  const line = Buffer.from(`${JSON.stringify({ ...head, index, length: at })}\n`)
  return Buffer.concat([line, ...Object.values(parts)])
}

/** Room for the first line of a file. */
const LINE_BYTES = 16384

/** Reads the first line of a file; `read` reads a part. A file has a size, and reads bytes from here to there. */
exports.unpack = file => {
  const start = file.read(0, Math.min(LINE_BYTES, file.size))
  const begin = start.indexOf(10) + 1
  const { index, length, ...head } = JSON.parse(start.latin1Slice(0, begin))
  if (file.size !== begin + length) throw new Error('a file of it is incomplete')
  return {
    head,
    read: name => index[name] && file.read(...index[name].map(at => begin + at)),
    names: Object.keys(index),
  }
}

/** A file for `openBundle`. It stays open, because an upgrade removes it. */
function openFile(name) {
  const fd = fs.openSync(name, 'r')
  const { size, mtimeMs } = fs.fstatSync(fd)
  return { size, read: (start, end) => readBytes(fd, start, end, mtimeMs), close: () => fs.closeSync(fd) }
}

function readBytes(fd, start, end, mtimeMs) {
  const bytes = Buffer.allocUnsafeSlow(end - start)
  for (let at = 0, count = 1; count > 0 && at < bytes.length; at += count)
    count = fs.readSync(fd, bytes, at, bytes.length - at, start + at)
  if (fs.fstatSync(fd).mtimeMs !== mtimeMs) throw new Error('it was replaced while it ran')
  return bytes
}

/** A file in memory for `openBundle`. */
exports.bytesFile = bytes => ({ size: bytes.length, read: (start, end) => bytes.subarray(start, end) })

/**
 * A bundle as it is kept. `id` is its own, `entry` the script to start with, `scripts` their texts by name: ASCII, each a
 * function of `exports`, `require` and `module`.
 */
exports.packBundle = (id, entry, scripts) => {
  const texts = Object.entries(scripts).map(([name, text]) => [name, Buffer.from(text, 'latin1')])
  return exports.pack({ id, entry }, Object.fromEntries(texts))
}

/** A code cache says what it is of: V8 compares only the length of a source with the one that it compiled. */
function ownerOf(id) {
  return [id, process.version, process.arch].join(' ')
}

/**
 * Code caches as they are kept, each twice: V8 does not check the bytes, and whatever else finds a damaged one takes longer
 * to load than the cache saves.
 */
function packCache(id, caches) {
  const twice = Object.entries(caches).map(([name, bytes]) => {
    if (bytes.includes(EMPTY_PAGE)) throw new Error('the code cache looks like a damaged one')
    return [name, Buffer.concat([bytes, END, bytes, END])]
  })
  return exports.pack({ of: ownerOf(id) }, Object.fromEntries(twice))
}

/**
 * For `openBundle`: finds code caches by name; none where they are damaged, or of another bundle or another Node. `open` opens
 * their file, or throws.
 */
exports.checkedCaches = open => id => {
  const caches = orNothing(() => exports.unpack(open()))
  if (caches === undefined || caches.head.of !== ownerOf(id)) return () => undefined
  return name => orNothing(() => intact(caches.read(name)))
}

/** The code cache only saves time, so a run does without it where it cannot be read. */
function orNothing(read) {
  try {
    return read()
  } catch {
    return undefined
  }
}

function intact(twice) {
  const bytes = twice.subarray(0, twice.length / 2)
  const isIntact =
    bytes.equals(twice.subarray(bytes.length)) && bytes.at(-1) === END[0] && !bytes.includes(EMPTY_PAGE)
  return isIntact ? bytes.subarray(0, -1) : undefined
}

/**
 * Modules of Node that take long to load, and that most runs do not use. None of them may be loaded with import(), which
 * copies the names in a module.
 */
exports.LATE = ['crypto', 'dgram', 'dns', 'http', 'net', 'tls', 'zlib'].map(name => `node:${name}`)

/** A module of Node that is loaded when something of it is used. Scripts look whether it is one of theirs (`__esModule`). */
function requireLate(name, require) {
  return new Proxy({}, { get: (_, key) => (key === '__esModule' ? undefined : require(name)[key]) })
}

/**
 * Opens a bundle, a file; `cachesOf` gives for its id a function that finds the code cache of a script. Returns what the
 * first script exports, and functions that read every script now, and that pack the code cache of all that has run.
 */
exports.openBundle = (file, cachesOf, require, filename) => {
  const { head, read, names } = exports.unpack(file)
  const cacheOf = cachesOf(head.id)
  const texts = {}
  const scripts = {}
  const loaded = {}
  function textOf(name) {
    texts[name] ??= read(name)?.latin1Slice()
    return texts[name]
  }
  function load(name) {
    if (loaded[name] !== undefined) return loaded[name].exports
    if (!names.includes(name)) return exports.LATE.includes(name) ? requireLate(name, require) : require(name)
    scripts[name] = new vm.Script(textOf(name), {
      filename: `${filename}/${name}`,
      cachedData: cacheOf(name),
    })
    loaded[name] = { exports: {} }
    scripts[name].runInThisContext()(loaded[name].exports, load, loaded[name])
    return loaded[name].exports
  }
  return {
    program: load(head.entry),
    readAll: () => names.forEach(textOf),
    /** Whether V8 took every script so far from the code cache. */
    isCached: () => Object.values(scripts).every(script => script.cachedDataRejected === false),
    packCache() {
      const caches = Object.entries(scripts).map(([name, script]) => [name, script.createCachedData()])
      return packCache(head.id, Object.fromEntries(caches))
    },
  }
}

/** What runs longer than that may see an upgrade that writes over the bundle: it reads all of it and closes the file. */
const LONG_MS = 1000

/** Loads the bundle of the package; returns what its first script exports. */
exports.load = require => {
  const name = path.join(__dirname, '../dist/regmirror')
  const file = openFile(`${name}.bundle`)
  const { program, readAll } = exports.openBundle(
    file,
    exports.checkedCaches(() => openFile(`${name}.cache`)),
    require,
    `${name}.bundle`,
  )
  const readRest = () => {
    readAll()
    file.close()
  }
  setTimeout(() => orNothing(readRest), LONG_MS).unref()
  return program
}
