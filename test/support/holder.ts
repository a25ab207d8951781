/** A process that takes the lock of the node below the given directory, says so on stdout, and holds it until it ends. */
import { alone } from '../../lib/apply/lock.ts'
import { openTree } from '../../lib/system/files.ts'

const applicant = {
  purpose: 'lock' as const,
  card: `holder ${process.pid}`,
  made: [],
  timeoutMs: 10_000,
  signal: new AbortController().signal,
  onWait: () => {},
}
await alone(openTree(process.argv[2] as string), applicant, async () => {
  process.stdout.write('held\n')
  await new Promise(done => process.stdin.once('end', done).resume())
})
