/**
 * A mount namespace for a program that changes this machine: with its own /tmp, /var/tmp, /run and /dev, where a listener
 * reads the system log. All of it is below one directory, to search afterwards.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { findLeaks, type Secret } from '../../support/leaks.ts'
import { ANSIBLE } from './ansible.ts'
import { launcher } from './runtimes.ts'

const PROJECT = path.resolve(import.meta.dirname, '../../..')

/** `home` and the project stay where they are, also below the new /tmp. */
const ENTER = `
set -e
home=$1 project=$2
shift 2
mkdir -p "$home/own/tmp" "$home/own/var-tmp" "$home/own/run" "$home/own/dev"
chmod 1777 "$home/own/tmp" "$home/own/var-tmp"
mount -t tmpfs tmpfs "$home/own/dev"
for device in null zero full random urandom tty; do
  : >"$home/own/dev/$device"
  mount --bind "/dev/$device" "$home/own/dev/$device"
done
mkdir -m 1777 "$home/own/dev/shm"
ln -s /proc/self/fd "$home/own/dev/fd"
ln -s "$home/log/socket" "$home/own/dev/log"
stay() {
  case $1 in
    /tmp/*) place=$home/own/tmp\${1#/tmp} ;;
    /var/tmp/*) place=$home/own/var-tmp\${1#/var/tmp} ;;
    /run/*) place=$home/own/run\${1#/run} ;;
    *) return ;;
  esac
  mkdir -p "$place"
  mount --bind "$1" "$place"
}
stay "$home"
stay "$project"
mount --rbind "$home/own/dev" /dev
mount --rbind "$home/own/run" /run
mount --rbind "$home/own/var-tmp" /var/tmp
mount --rbind "$home/own/tmp" /tmp
cd "$home"
exec "$@"
`

/** Arguments that start a program in the namespace; append the program and its arguments. */
export function entering(home: string): readonly string[] {
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', ENTER, 'sh', home, PROJECT]
}

const LISTEN = `
import os, socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
print('listening', flush=True)
with open(sys.argv[2], 'ab', buffering=0) as log:
    while True:
        log.write(listener.recv(1 << 20) + b'\\n')
`

export interface SystemLog extends AsyncDisposable {
  /** The messages so far. */
  text(): Promise<string>
}

/** Listens at /dev/log of the namespace. */
export async function listenToLog(home: string): Promise<SystemLog> {
  const [folder, log] = [path.join(home, 'log'), path.join(home, 'log/lines')]
  await fs.mkdir(folder)
  await fs.writeFile(log, '')
  const child = spawn(launcher(ANSIBLE, 'python3'), ['-c', LISTEN, path.join(folder, 'socket'), log], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return {
    text: () => fs.readFile(log, 'utf8'),
    [Symbol.asyncDispose]: async () => {
      const closed = once(child, 'close')
      child.kill()
      await closed
    },
  }
}

const JOURNAL = `
import json, os
def sendv(*fields): pass
def send(**fields):
    with open(os.environ['TEST_JOURNAL'], 'a') as journal: journal.write(json.dumps(fields) + '\\n')
`

/** Replaces the Python module of the journal, which Debian's Ansible uses on machines with systemd. */
export async function writeJournalModule(home: string): Promise<Readonly<Record<string, string>>> {
  const folder = path.join(home, 'python/systemd')
  await fs.mkdir(folder, { recursive: true })
  await fs.writeFile(path.join(folder, '__init__.py'), '')
  await fs.writeFile(path.join(folder, 'daemon.py'), 'def booted(): return True\n')
  await fs.writeFile(path.join(folder, 'journal.py'), JOURNAL)
  return { PYTHONPATH: path.dirname(folder), TEST_JOURNAL: path.join(home, 'journal') }
}

/** The secrets that appeared in the arguments or environment of a process, and the processes that were seen. */
export interface Processes {
  readonly leaks: ReadonlySet<string>
  readonly commands: ReadonlySet<string>
}

/** Reads all processes of this machine repeatedly until `work` ends. */
export async function watchProcesses<T>(
  secrets: readonly Secret[],
  work: Promise<T>,
): Promise<Processes & { readonly result: T }> {
  const [leaks, commands] = [new Set<string>(), new Set<string>()]
  let over = false
  const done = work.finally(() => {
    over = true
  })
  while (!over) {
    for (const text of await processTexts()) {
      if (commands.has(text)) continue
      commands.add(text)
      for (const leak of findLeaks(text, secrets)) leaks.add(`${leak}: ${text.slice(0, 500)}`)
    }
    await new Promise(next => setTimeout(next, 20))
  }
  return { leaks, commands, result: await done }
}

async function processTexts(): Promise<string[]> {
  const pids = (await fs.readdir('/proc')).filter(name => /^\d+$/.test(name))
  const files = pids.flatMap(pid => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`])
  return await Promise.all(files.map(file => fs.readFile(file, 'latin1').catch(() => '')))
}

/** The paths, from `home`, of files with a secret in their content or name. */
export async function holders(home: string, secrets: readonly Secret[]): Promise<string[]> {
  const found: string[] = []
  for (const name of await fs.readdir(home, { recursive: true })) {
    const file = path.join(home, name)
    const state = await fs.lstat(file)
    const text = state.isFile() ? await fs.readFile(file, 'latin1') : ''
    if (findLeaks(`${name}\n${text}`, secrets).length > 0) found.push(name)
  }
  return found.sort()
}
