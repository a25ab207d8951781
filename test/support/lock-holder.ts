/** A process that takes the lock of the node below the given directory, prints `held`, and holds it until it ends. */
import { withNodeLock } from '../../lib/apply/node-lock.ts'
import { openWriter } from '../../lib/system/writer.ts'

const request = {
  purpose: 'lock' as const,
  holder: `holder ${process.pid}`,
  made: [],
  timeoutMs: 10_000,
  monotonic: () => process.hrtime.bigint() / 1000n,
  signal: new AbortController().signal,
  onWait: () => {},
}
await withNodeLock(openWriter(process.argv[2] as string), request, async () => {
  process.stdout.write('held\n')
  await new Promise(done => process.stdin.once('end', done).resume())
})
