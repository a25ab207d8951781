/** Tests that mostly wait run at the same time; each is reported on its own. */

/** Declares the tests, by title, in the current suite. */
export function parallelTests(tests: Readonly<Record<string, () => Promise<unknown>>>): void {
  const running = new Map<string, Promise<unknown>>()
  before(() => {
    for (const [title, test] of Object.entries(tests)) {
      const run = test()
      // Its own test reports a rejection.
      run.catch(() => {})
      running.set(title, run)
    }
  })
  for (const title of Object.keys(tests)) it(title, async () => void (await running.get(title)))
}
