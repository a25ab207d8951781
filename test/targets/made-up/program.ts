/** The command with toy, of the user who starts it, with its environment: `node test/targets/made-up/program.ts apply …`. */
import { REAL_TIME, run } from '../../support/run.ts'
import { table } from './toy.ts'

process.umask(0o022)
const world = { ...REAL_TIME, env: process.env, uid: process.geteuid?.() ?? -1, pid: process.pid }
const { code, stdout, stderr } = await run(process.argv.slice(2), world, {}, async () => table)
process.stdout.write(stdout)
process.stderr.write(stderr)
process.exitCode = code
