/** The time since the machine was started. Setting the clock does not move it, and the kernel gives start times in it. */
import { Failure, hasErrno } from '../model/errors.ts'
import { readBounded } from './read-disk.ts'
import { TICKS_PER_SECOND } from './ticks.ts'

/** A moment of this machine, in clock ticks after the boot that `boot_id` names. */
export interface Moment {
  readonly boot_id: string
  readonly ticks: number
}

/** The present moment; a part that cannot be read is undefined. */
export interface BootClock {
  readonly bootId: string | undefined
  readonly ticks: number | undefined
}

export async function readBootClock(): Promise<BootClock> {
  return { bootId: await readBootId(), ticks: await readTicks() }
}

/** The id of this boot, the same in every container of the machine; undefined where it is hidden (random(4)). */
export async function readBootId(): Promise<string | undefined> {
  const bootId = (await readText('/proc/sys/kernel/random/boot_id'))?.trim()
  return isBootId(bootId) ? bootId : undefined
}

/** Undefined where a part of the clock could not be read. */
export function momentOf({ bootId, ticks }: BootClock): Moment | undefined {
  return bootId === undefined || ticks === undefined ? undefined : { boot_id: bootId, ticks }
}

/**
 * Ticks by which the time namespace of this process is ahead of the machine. /proc/uptime and /proc/PID/stat include that
 * shift for a process that reads them (time_namespaces(7)).
 */
export async function readTimeNamespaceShift(): Promise<number> {
  const [, seconds, nanoseconds] =
    /^boottime\s+(-?\d+)\s+(-?\d+)/m.exec((await readText('/proc/self/timens_offsets')) ?? '') ?? []
  return Math.round((Number(seconds ?? 0) + Number(nanoseconds ?? 0) / 1e9) * TICKS_PER_SECOND)
}

/** Field 22 of /proc/PID/stat: ticks after boot at which the process started. The name in brackets may hold anything. */
export function parseStartTicks(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
}

/**
 * The present in ticks. /proc/uptime may be that of a container (lxcfs) or hidden. The start of this process plus the time
 * that it has run is a lower bound, in the same clock as the start of other processes.
 */
async function readTicks(): Promise<number | undefined> {
  const uptime = Number((await readText('/proc/uptime'))?.split(' ')[0] || Number.NaN) * TICKS_PER_SECOND
  const own =
    parseStartTicks((await readText('/proc/self/stat')) ?? '') + (performance.now() / 1000) * TICKS_PER_SECOND
  const known = [uptime, own].filter(Number.isFinite)
  return known.length === 0 ? undefined : Math.floor(Math.max(...known)) - (await readTimeNamespaceShift())
}

function isBootId(text: string | undefined): boolean {
  return text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}

const LIMIT = 64 * 1024

async function readText(file: string): Promise<string | undefined> {
  try {
    return (await readBounded(file, file, LIMIT))?.toString('utf8')
  } catch (error) {
    // A container may hide the file behind a device.
    if (hasErrno(error) || error instanceof Failure) return undefined
    throw error
  }
}
