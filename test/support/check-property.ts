/**
 * Properties over random cases: the same ones on every run, and told so that a failure can be had again.
 * REGMIRROR_SEED chooses other cases, REGMIRROR_RUNS multiplies how many there are. An everyday test tries an eighth.
 */
import fc from 'fast-check'

/** Whether to try as much as an evening has room for. */
export const isFullTest = process.env.REGMIRROR_TEST === 'full'

const SEED = Number(process.env.REGMIRROR_SEED ?? 7)
const RUNS = Number(process.env.REGMIRROR_RUNS ?? 1) * (isFullTest ? 1 : 1 / 8)

/** Checks the property, in a full test for `runs` cases; a failure shows the smallest case in the words of `show`. */
export async function checkProperty<T>(
  cases: fc.Arbitrary<T>,
  runs: number,
  property: (value: T) => Promise<void>,
  show: (value: T) => string,
): Promise<void> {
  const numRuns = Math.ceil(runs * RUNS)
  const found = await fc.check(fc.asyncProperty(cases, property), { seed: SEED, numRuns })
  if (!found.failed) return
  const [smallest] = found.counterexample ?? []
  const told = smallest === undefined ? '' : show(smallest)
  const seed = `REGMIRROR_SEED=${found.seed}, case ${found.numRuns}, ${found.numShrinks} times smaller`
  throw new Error(`${found.errorInstance}\n\n${told}\n(${seed})`, { cause: found.errorInstance })
}
