/** Prints the clocks that a process sees, and the start time of one containerd, as a line of JSON: `node print-clocks.ts PID`. */
import { readFileSync } from 'node:fs'
import { parseStartTicks, readBootClock } from '../../lib/system/boot-clock.ts'
import { openProcesses } from '../../lib/system/trusted-processes.ts'

const { trusted } = await openProcesses(0).find('containerd', ['containerd'])
const startedAt = trusted.find(({ identity }) => identity.pid === Number(process.argv[2]))?.startedAt
const own = parseStartTicks(readFileSync('/proc/self/stat', 'utf8'))
console.log(JSON.stringify({ ...(await readBootClock()), startedAt, own }))
