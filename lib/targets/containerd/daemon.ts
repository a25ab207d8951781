/** The containerd that reads a config.toml, if it runs: when it was started and with which environment, from /proc. */
import type { Reader } from '../../system/files.ts'
import { DEFAULT_CONFIG } from './observe.ts'

/** Milliseconds since 1970; undefined when no such containerd is running. */
export async function daemonStart(
  files: Reader,
  now: () => number,
  config: string,
): Promise<number | undefined> {
  const starts: number[] = []
  for (const read of await daemons(files, config)) {
    const uptime = Number((await files.read('/proc/uptime'))?.toString('utf8').split(' ')[0])
    // The clock at that moment: one that was read before would have it started too early by what came between.
    const at = now()
    starts.push(at - (uptime - startTicks(await read('stat')) / TICKS) * 1000)
  }
  return starts.length === 0 ? undefined : Math.min(...starts)
}

/** The environment that it was started with, its proxies above all; undefined when it is not running, or not told. */
export async function daemonEnvironment(
  files: Reader,
  config: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  for (const read of await daemons(files, config)) {
    const text = await read('environ')
    const pairs = text.split('\0').map(pair => /^([^=]+)=(.*)$/s.exec(pair)?.slice(1) ?? [])
    if (text !== '') return Object.fromEntries(pairs.filter(pair => pair.length === 2))
  }
  return undefined
}

/** Readers of what /proc says of each containerd that reads this config. */
async function daemons(files: Reader, config: string): Promise<((name: string) => Promise<string>)[]> {
  const entries = (await files.entries('/proc')) ?? []
  const found: ((name: string) => Promise<string>)[] = []
  for (const id of entries.map(entry => entry.name).filter(name => /^\d+$/.test(name))) {
    const read = async (name: string) =>
      (await files.read(`/proc/${id}/${name}`).catch(() => undefined))?.toString('utf8') ?? ''
    if ((await read('comm')).trim() !== 'containerd' || configOf(await read('cmdline')) !== config) continue
    if (!isContained(await read('status'))) found.push(read)
  }
  return found
}

/**
 * Whether a process lives in a container on this machine, in a PID namespace below ours: a containerd there (kind,
 * docker:dind) has a config.toml of its own under the same name. It has a number in each of them (proc_pid_status(5)).
 */
function isContained(status: string): boolean {
  return /^NSpid:\t\d+\t/m.test(status)
}

/** Clock ticks a second as /proc counts them; the same on every Linux that Node runs on. */
const TICKS = 100

/** The config file a command line names; the default where it names none. */
export function configOf(cmdline: string): string {
  const args = cmdline.split('\0')
  const at = args.findIndex(arg => /^--?c(onfig)?$/.test(arg))
  const joined = args.map(arg => /^--?c(?:onfig)?=(.*)$/.exec(arg)?.[1]).find(value => value !== undefined)
  return joined ?? (at === -1 ? DEFAULT_CONFIG : (args[at + 1] ?? DEFAULT_CONFIG))
}

/** Field 22 of /proc/PID/stat: start after boot in ticks. The name in brackets may hold anything. */
export function startTicks(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
}
