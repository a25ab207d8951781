/** Runs a command in this process, with a world of its own. */
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

/** The boot of the machine that a test runs on, as far as a command knows. */
export const BOOT = '11111111-2222-3333-4444-555555555555'

/** The clocks and the boot of this machine: for a command beside a process that is real. */
export const REAL_TIME: Pick<World, 'now' | 'monotonic' | 'bootId'> = {
  now: Date.now,
  monotonic: () => process.hrtime.bigint() / 1000n,
  bootId: readBootId,
}

/** What a command finds where nothing else is said; what it writes is lost. */
export function worldOf(): World {
  return {
    stdout: { write: () => {} },
    stderr: { write: () => {} },
    stdin: async () => Buffer.alloc(0),
    env: {},
    // Not root: whose fixtures these are and who may write them depends on the checkout.
    uid: process.geteuid?.() || 1000,
    pid: 4711,
    machine: 'test',
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    signal: new AbortController().signal,
    monotonic: () => 0n,
    bootId: async () => BOOT,
    onHangup: () => {},
    openLog: () => ({ write: () => {} }),
  }
}
