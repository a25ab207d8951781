/**
 * The command with live toy, as a process of its own: it reads and changes the machine that it runs on. With arguments it runs
 * that command. Without, it runs one command for each line of its input, `[[…arguments], { …variables }]`, and prints its
 * result as a line: a process takes longer to start than most commands run. The command `used` is what toyd uses. TOY_SPEED:
 * how many times faster the monotonic clock runs, for what waits in vain.
 */
import { createInterface } from 'node:readline'
import { type Ran, REAL_TIME, run } from '../../../support/run.ts'
import { liveTable, usedBy } from './live-toy.ts'

const stop = new AbortController()
const log = { write: (text: string) => process.stderr.write(text) }

async function runHere(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  if (args[0] === 'used') {
    const used = await usedBy('/srv/toy/toyd.sock')
    return { code: 0, stdout: JSON.stringify(used), stderr: '' }
  }
  const speed = BigInt(env.TOY_SPEED ?? '1')
  const world = {
    ...REAL_TIME,
    monotonic: () => speed * REAL_TIME.monotonic(),
    env,
    uid: process.geteuid?.() ?? 0,
    pid: process.pid,
    signal: stop.signal,
    openLog: () => log,
  }
  return await run(args, world, {}, async () => liveTable)
}

if (process.argv.length > 2) {
  process.on('SIGTERM', () => stop.abort())
  const { code, stdout, stderr } = await runHere(process.argv.slice(2), process.env)
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  process.exitCode = code
} else {
  for await (const line of createInterface({ input: process.stdin })) {
    const [args, env] = JSON.parse(line)
    const ran = await runHere(args, { ...process.env, ...env }).catch(error => ({ failed: String(error) }))
    process.stdout.write(`${JSON.stringify(ran)}\n`)
  }
}
