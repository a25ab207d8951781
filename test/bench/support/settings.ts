/** What a run measures. The environment makes it smaller or longer; the output names what was used. */
const numbers = (text: string): readonly number[] => text.split(',').map(Number)
const { env } = process

/** Rounds of what is short. */
export const ROUNDS = Number(env.BENCH_ROUNDS ?? 20)
/** After so many seconds a comparison has enough rounds, however few they are. */
export const SECONDS = Number(env.BENCH_SECONDS ?? 60)
/** Registries of a list, in ascending order. The first is what start-up costs. */
export const SIZES = numbers(env.BENCH_SIZES ?? '11,100,1000,3000,10000')
/** Registries of the lists whose system calls are counted: the difference leaves start-up out. */
export const TRACED_SIZES = numbers(env.BENCH_TRACED_SIZES ?? '50,150')
/** Registries of an apply on a slow disk. */
export const SLOW_DISK_SIZE = Number(env.BENCH_SLOW_DISK_SIZE ?? 100)
/** Registries that the peers write. */
export const PEER_SIZES = numbers(env.BENCH_PEER_SIZES ?? '11,1000')
/** Tables that are added to a config.toml. */
export const TABLES = numbers(env.BENCH_TABLES ?? '10000,30000,100000')
/** How long an idle watcher is measured. */
export const IDLE_S = Number(env.BENCH_IDLE_S ?? 600)
/** Watchers of a simulated fleet. */
export const NODES = Number(env.BENCH_NODES ?? 10_000)
/** Whether figures are written to their documents. */
export const SAVES = process.argv.some(arg => arg.startsWith('--save'))
