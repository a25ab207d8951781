/** Runs a command in this process, with a world of its own. */
import { main } from '../../lib/cli.ts'
import type { Sink, World } from '../../lib/world.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** `world` overrides what the command finds: environment, user, standard input, clock; `terminal` what it writes to. */
export async function run(
  args: readonly string[],
  world: Partial<World> = {},
  terminal: Omit<Sink, 'write'> = {},
): Promise<Ran> {
  const written = { stdout: '', stderr: '' }
  const sink = (name: keyof typeof written) => ({
    ...terminal,
    write: (text: string) => {
      written[name] += text
    },
  })
  const [stdout, stderr] = [sink('stdout'), sink('stderr')]
  const code = await main(args, { ...worldOf(), stdout, stderr, openLog: () => stderr, ...world })
  return { code, ...written }
}

/** What a command finds where nothing else is said; what it writes is lost. */
export function worldOf(): World {
  return {
    stdout: { write: () => {} },
    stderr: { write: () => {} },
    stdin: async () => Buffer.alloc(0),
    env: {},
    // Not root: whose fixtures these are and who may write them depends on the checkout.
    uid: 1000,
    pid: 4711,
    machine: 'test',
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    signal: new AbortController().signal,
    monotonic: () => 0n,
    onHangup: () => {},
    openLog: () => ({ write: () => {} }),
  }
}
