/** The command with toy, as a process of its own: `node test/targets/made-up/cli.ts apply …`. */
import { run } from '../../support/run.ts'
import { table } from './toy.ts'

const { code, stderr } = await run(process.argv.slice(2), {}, {}, async () => table)
process.stderr.write(stderr)
process.exitCode = code
