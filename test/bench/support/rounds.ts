/** Measures commands in interleaved rounds, so that what else the machine does costs all of them the same. */
import { type Cost, measure, median } from './measure.ts'
import { ROUNDS, SECONDS } from './settings.ts'

export interface Case {
  readonly command: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** Before each round; not measured. */
  readonly prepare?: (() => Promise<void>) | undefined
}

/** Medians. */
export interface Result extends Cost {
  readonly rounds: number
}

/** What everything is compared with: the start of Node. */
export const BASE: Case = { command: [process.execPath, '-e', '0'] }

export interface Extent {
  readonly rounds: number
  /** After so many seconds there are enough rounds, once there are three. */
  readonly seconds: number
}

/** The results in the order of the cases. */
export async function measureRounds(
  cases: readonly Case[],
  { rounds = ROUNDS, seconds = SECONDS }: Partial<Extent> = {},
): Promise<readonly Result[]> {
  const costs = cases.map((): Cost[] => [])
  const began = performance.now()
  for (let round = 0; !isEnough(round, { rounds, seconds }, performance.now() - began); round += 1)
    for (const [nth, { command, env, prepare }] of cases.entries()) {
      await prepare?.()
      costs[nth]?.push(measure(command, [0], env))
    }
  return costs.map(mediansOf)
}

/** At least three rounds, unless even these take three times as long as they may. */
function isEnough(done: number, { rounds, seconds }: Extent, elapsedMs: number): boolean {
  if (done === 0) return false
  return done >= rounds || elapsedMs >= (done < 3 ? 3 : 1) * seconds * 1000
}

function mediansOf(costs: readonly Cost[]): Result {
  const of = (key: keyof Cost) => median(costs.map(cost => cost[key]))
  return { wallMs: of('wallMs'), cpuMs: of('cpuMs'), peakMb: of('peakMb'), rounds: costs.length }
}
