/**
 * Checks properties with random cases, which are the same on every run. REGMIRROR_SEED chooses other cases, and
 * REGMIRROR_RUNS multiplies their number. A normal test run checks an eighth of them.
 */
import fc from 'fast-check'

/** Whether this is `npm run test:full`. */
export const isFullTest = process.env.REGMIRROR_TEST === 'full'

/** Chooses the cases. */
export const SEED = Number(process.env.REGMIRROR_SEED ?? 7)
const RUNS = Number(process.env.REGMIRROR_RUNS ?? 1) * (isFullTest ? 1 : 1 / 8)

/** Checks the property with `runs` cases in a full test; a failure shows the smallest case, formatted by `show`. */
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
  const shown = smallest === undefined ? '' : show(smallest)
  const seed = `REGMIRROR_SEED=${found.seed}, case ${found.numRuns}, ${found.numShrinks} times smaller`
  throw new Error(`${found.errorInstance}\n\n${shown}\n(${seed})`, { cause: found.errorInstance })
}
