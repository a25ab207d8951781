/** Runs inside the machine. Prints what became of each step as JSON. */
import { steps } from './steps.ts'

const outcomes: Record<string, string> = {}
for (const [title, step] of Object.entries(steps)) {
  try {
    await step()
    outcomes[title] = ''
  } catch (error) {
    outcomes[title] = error instanceof Error ? (error.stack ?? error.message) : String(error)
    break
  }
}
process.stdout.write(`\n${JSON.stringify(outcomes)}`)
process.exit(0)
