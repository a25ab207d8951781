// Checks the limits of this process before Node needs them: without threads Node aborts and gives no reason.
import fs from 'node:fs'
import path from 'node:path'

/** Enough for Node, the program and one connection. */
var MIN_FILES = 32
/** For threads that Node starts later beside its pool, and for programs that regmirror runs. */
var SPARE_THREADS = 4
/** The default of Node. */
var THREADS = 4
/** getaddrinfo(3) blocks a thread for each name that hangs. */
var THREADS_FOR_NAMES = 32
/** Limits above this are not checked. */
var LARGE_LIMIT = 4096

/** Commands that look up names. */
var PROBING = ['apply', 'plan', 'probe', 'watch']
/** Sources of names that regmirror reads itself, without the C library (lib/probe/names/nsswitch.ts). */
var OWN_SOURCES = /^(files|dns|myhostname|mdns\S*|\[.*|.*\])$/

/** Returns the problem as one line, or sets the number of threads for `args` and returns nothing. */
export function prepare(args, env) {
  var files = readLimit('Max open files')
  if (files < MIN_FILES)
    return `this process may open ${files} files and needs ${MIN_FILES}; raise the limit: ulimit -n 1024, or LimitNOFILE=1024 in its unit`
  var usual = PROBING.includes(args[0]) && needsThreads() ? THREADS_FOR_NAMES : THREADS
  var wanted = Number.parseInt(env.UV_THREADPOOL_SIZE, 10) || usual
  var room = [findCgroupRoom(), findUserRoom()].sort((a, b) => a.free - b.free)[0]
  if (room.free <= SPARE_THREADS) return room.line
  env.UV_THREADPOOL_SIZE = String(Math.min(wanted, room.free - SPARE_THREADS))
  return undefined
}

function readLimit(name) {
  var line = readText('/proc/self/limits')
    .split('\n')
    .find(text => text.startsWith(name))
  var value = Number.parseInt((line || '').slice(name.length), 10)
  return Number.isNaN(value) ? Infinity : value
}

/** Whether the C library looks up names, with a thread for each. */
function needsThreads() {
  var hosts = /^hosts:(.*)$/m.exec(readText('/etc/nsswitch.conf').replace(/#.*/g, ''))
  var sources = hosts ? hosts[1].trim().split(/\s+/) : []
  return !sources.every(source => OWN_SOURCES.test(source))
}

/** The cgroup with the least room: that of this process, or one above it (cgroups(7)). */
function findCgroupRoom() {
  var rooms = readText('/proc/self/cgroup')
    .split('\n')
    .map(line => /^\d+:(|[^:]*\bpids\b[^:]*):(\/.*)$/.exec(line))
    .filter(Boolean)
    .flatMap(found => {
      var tops =
        found[1] === '' ? ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'] : [`/sys/fs/cgroup/${found[1]}`]
      return tops.flatMap(top => listParents(found[2]).map(directory => readRoom(top + directory)))
    })
  return rooms.reduce((least, room) => (room.free < least.free ? room : least), { free: Infinity })
}

function listParents(directory) {
  return directory === '/' ? ['/'] : [directory].concat(listParents(path.dirname(directory)))
}

function readRoom(cgroup) {
  var file = path.join(cgroup, 'pids.max')
  var most = Number.parseInt(readText(file), 10)
  if (Number.isNaN(most)) return { free: Infinity }
  var present = Number.parseInt(readText(path.join(cgroup, 'pids.current')), 10) || 0
  return {
    free: most - present,
    line: `no more threads can be started: ${file} allows ${most} processes and threads, and ${present} exist; raise it: echo 512 >${file}, or TasksMax=512 in the unit`,
  }
}

/** RLIMIT_NPROC counts the threads of a user, and does not apply to root (getrlimit(2)). */
function findUserRoom() {
  var most = readLimit('Max processes')
  var uid = process.getuid ? process.getuid() : 0
  if (uid === 0 || most > LARGE_LIMIT) return { free: Infinity }
  var present = fs
    .readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => readText(`/proc/${pid}/status`))
    .filter(text => new RegExp(`^Uid:\\s+${uid}\\s`, 'm').test(text))
    .reduce((sum, text) => sum + Number((/^Threads:\s+(\d+)/m.exec(text) || [0, 0])[1]), 0)
  return {
    free: most - present,
    line: `no more threads can be started: user ${uid} may have ${most} processes and threads (ulimit -u) and has ${present}; raise the limit: ulimit -u 512, or LimitNPROC=512 in its unit`,
  }
}

/** Empty where it cannot be read. That no more files can be opened is reported elsewhere. */
function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'EMFILE' || error.code === 'ENFILE') throw error
    return ''
  }
}
