/** Runs inside the machine: node run-steps.ts SUITE STORE. Prints what became of each step as JSON. */
import fs from 'node:fs/promises'
import { type Dockerd, startDockerd } from './dockerd.ts'
import { stepsFor } from './steps.ts'

const [, , suite = '', store = ''] = process.argv

/** As a person laid it out; the store of Docker is in it. */
const BEFORE = `{
    "containerd-namespace" : "test",
    "features": {"containerd-snapshotter": ${store === 'containerd'}},
    "insecure-registries": [ "reg.example:5000" ]
}`

await fs.writeFile('/etc/docker/daemon.json', suite === 'bookworm' ? withoutFeatures(BEFORE) : BEFORE)
const daemon = await startDockerd()
const outcomes: Record<string, string> = {}
for (const [title, step] of Object.entries(stepsFor(suite, store))) {
  try {
    await step({ daemon, before: suite === 'bookworm' ? withoutFeatures(BEFORE) : BEFORE })
    outcomes[title] = ''
  } catch (error) {
    outcomes[title] = `${error instanceof Error ? error.stack : error}${logOf(daemon)}`
  }
}
await daemon.stop()
process.stdout.write(`\n${JSON.stringify(outcomes)}`)
process.exit(0)

/** 20.10 knows no such feature, and has it all the same. */
function withoutFeatures(text: string): string {
  return text.replace(/ +"features".*\n/, '')
}

function logOf(daemon: Dockerd): string {
  const lines = daemon.log().trim().split('\n')
  return `\ndockerd:\n${lines.slice(-12).join('\n')}`
}
