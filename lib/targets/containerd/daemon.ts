/** When the containerd that reads a config.toml was started, from /proc. */
import type { Reader } from '../../files.ts'
import { DEFAULT_CONFIG } from './observe.ts'

/** Milliseconds since 1970; undefined when no such containerd is running. */
export async function daemonStart(files: Reader, now: number, config: string): Promise<number | undefined> {
  const ids = ((await files.entries('/proc')) ?? [])
    .map(entry => entry.name)
    .filter(name => /^\d+$/.test(name))
  const starts: number[] = []
  for (const id of ids) {
    const text = async (name: string) =>
      (await files.read(`/proc/${id}/${name}`).catch(() => undefined))?.toString('utf8')
    if ((await text('comm'))?.trim() !== 'containerd') continue
    if (configOf((await text('cmdline')) ?? '') !== config) continue
    const uptime = Number((await files.read('/proc/uptime'))?.toString('utf8').split(' ')[0])
    starts.push(now - (uptime - startTicks((await text('stat')) ?? '') / TICKS) * 1000)
  }
  return starts.length === 0 ? undefined : Math.min(...starts)
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
