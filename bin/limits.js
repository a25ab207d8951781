// What this process may use, before anything of it is used. What Node lacks it does not tell: without threads it aborts.
import fs from 'node:fs'
import path from 'node:path'

/** Fewer open files are not enough for Node, the program and one connection. */
var MIN_FILES = 32
/** Threads that Node starts later beside its pool, and programs that are run. */
var SPARE_THREADS = 4
/** What Node has where nothing else is said; getaddrinfo blocks a thread for each name that hangs. */
var THREADS = 4
var THREADS_FOR_NAMES = 32
/** Above that many, nobody counts. */
var MANY = 4096

/** Commands that look names up. */
var ASKING = ['apply', 'plan', 'probe', 'watch']
/** What DNS and files are needed for only: nothing of the C library (lib/probe/names/nsswitch.ts). */
var OWN_SOURCES = /^(files|dns|myhostname|mdns\S*|\[.*|.*\])$/

/** Returns what is wrong, as one line; else sets the number of threads for `args` and returns nothing. */
export function prepare(args, env) {
  var files = limitOf('Max open files')
  if (files < MIN_FILES)
    return `this process may open ${files} files, and needs ${MIN_FILES}; raise the limit: ulimit -n 1024, or LimitNOFILE=1024 in its unit`
  var usual = ASKING.includes(args[0]) && needsSystem() ? THREADS_FOR_NAMES : THREADS
  var wanted = Number.parseInt(env.UV_THREADPOOL_SIZE, 10) || usual
  var room = [roomOfCgroups(), roomOfUser()].sort((a, b) => a.free - b.free)[0]
  if (room.free <= SPARE_THREADS) return room.line
  env.UV_THREADPOOL_SIZE = String(Math.min(wanted, room.free - SPARE_THREADS))
  return undefined
}

function limitOf(name) {
  var line = textOf('/proc/self/limits')
    .split('\n')
    .find(text => text.startsWith(name))
  var value = Number.parseInt((line || '').slice(name.length), 10)
  return Number.isNaN(value) ? Infinity : value
}

/** Whether names are looked up by the C library, which takes a thread for each. */
function needsSystem() {
  var hosts = /^hosts:(.*)$/m.exec(textOf('/etc/nsswitch.conf').replace(/#.*/g, ''))
  var sources = hosts ? hosts[1].trim().split(/\s+/) : []
  return !sources.every(source => OWN_SOURCES.test(source))
}

/** Of the cgroup with the least room, this one or one above it (cgroups(7)). */
function roomOfCgroups() {
  var rooms = textOf('/proc/self/cgroup')
    .split('\n')
    .map(line => /^\d+:(|[^:]*\bpids\b[^:]*):(\/.*)$/.exec(line))
    .filter(Boolean)
    .flatMap(found => {
      var tops =
        found[1] === '' ? ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'] : [`/sys/fs/cgroup/${found[1]}`]
      return tops.flatMap(top => directoriesTo(found[2]).map(directory => roomIn(top + directory)))
    })
  return rooms.reduce((least, room) => (room.free < least.free ? room : least), { free: Infinity })
}

function directoriesTo(directory) {
  return directory === '/' ? ['/'] : [directory].concat(directoriesTo(path.dirname(directory)))
}

function roomIn(cgroup) {
  var file = path.join(cgroup, 'pids.max')
  var most = Number.parseInt(textOf(file), 10)
  if (Number.isNaN(most)) return { free: Infinity }
  var present = Number.parseInt(textOf(path.join(cgroup, 'pids.current')), 10) || 0
  return {
    free: most - present,
    line: `no more threads can be started: ${file} allows ${most} processes and threads, and there are ${present}; raise it: echo 512 >${file}, or TasksMax=512 in the unit`,
  }
}

/** RLIMIT_NPROC counts the threads of a user, and does not bind root (getrlimit(2)). */
function roomOfUser() {
  var most = limitOf('Max processes')
  var uid = process.getuid ? process.getuid() : 0
  if (uid === 0 || most > MANY) return { free: Infinity }
  var present = fs
    .readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => textOf(`/proc/${pid}/status`))
    .filter(text => new RegExp(`^Uid:\\s+${uid}\\s`, 'm').test(text))
    .reduce((sum, text) => sum + Number((/^Threads:\s+(\d+)/m.exec(text) || [0, 0])[1]), 0)
  return {
    free: most - present,
    line: `no more threads can be started: user ${uid} may have ${most} processes and threads (ulimit -u), and has ${present}; raise the limit: ulimit -u 512, or LimitNPROC=512 in its unit`,
  }
}

/** Empty where it cannot be read; that there are no open files left is for others to tell. */
function textOf(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'EMFILE' || error.code === 'ENFILE') throw error
    return ''
  }
}
