/** Runs a command in this process, with its own World. */
import { main } from '../../lib/cli.ts'
import type { Sink, World } from '../../lib/model/world.ts'
import { readBootId } from '../../lib/system/boot-clock.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * `world` overrides what the command finds: environment, user, standard input, clock; `terminal` what it writes to;
 * `targets` the runtimes that a list may name.
 */
export async function run(
  args: readonly string[],
  world: Partial<World> = {},
  terminal: Omit<Sink, 'write'> = {},
  targets?: Parameters<typeof main>[2],
): Promise<Ran> {
  const written = { stdout: '', stderr: '' }
  const sink = (name: keyof typeof written) => ({
    ...terminal,
    write: (text: string) => {
      written[name] += text
    },
  })
  const [stdout, stderr] = [sink('stdout'), sink('stderr')]
  const code = await main(args, { ...worldOf(), stdout, stderr, openLog: () => stderr, ...world }, targets)
  return { code, ...written }
}

/** The boot id that a command reads. */
export const BOOT = '11111111-2222-3333-4444-555555555555'

/** The real clocks and boot id, for a command beside a real process. */
export const REAL_TIME: Pick<World, 'now' | 'monotonic' | 'bootId'> = {
  now: Date.now,
  monotonic: () => process.hrtime.bigint() / 1000n,
  bootId: readBootId,
}

/** The default World; its output is dropped. */
export function worldOf(): World {
  return {
    stdout: { write: () => {} },
    stderr: { write: () => {} },
    stdin: async () => Buffer.alloc(0),
    env: {},
    // Not root: owner and mode of the fixtures depend on the checkout.
    uid: process.geteuid?.() || 1000,
    pid: 4711,
    machine: 'test',
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    signal: new AbortController().signal,
    monotonic: REAL_TIME.monotonic,
    bootId: async () => BOOT,
    onHangup: () => {},
    sendSignal: (pid, signal) => void process.kill(pid, signal),
    openLog: () => ({ write: () => {} }),
  }
}
