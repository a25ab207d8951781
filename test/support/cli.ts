/** The command as a process of its own, from source: `node test/support/cli.ts apply …`. */
import { start } from '../../lib/main.ts'

process.exit(await start())
