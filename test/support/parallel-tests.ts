/** Tests that mostly wait, begun together; each is told by itself. */

/** Declares them, by their titles, in the suite around. */
export function parallelTests(tests: Readonly<Record<string, () => Promise<unknown>>>): void {
  const running = new Map<string, Promise<unknown>>()
  before(() => {
    for (const [title, test] of Object.entries(tests)) {
      const run = test()
      // Whoever waits for it is told.
      run.catch(() => {})
      running.set(title, run)
    }
  })
  for (const title of Object.keys(tests)) it(title, async () => void (await running.get(title)))
}
