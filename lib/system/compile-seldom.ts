/** How V8 compiles functions that run often. */
import v8 from 'node:v8'

/** How often a function runs before it is compiled again, in place of 400 times. */
const RUNS = 20_000

/**
 * From now on V8 uses its compiler for hot functions only where a lot is done, and its largest compiler not at all: a
 * process that runs for months and mostly sleeps would load 10 MB to compile what it runs once a second. V8 reads both
 * settings each time that it considers a function.
 */
export function compileSeldom(): void {
  for (const flag of ['--no-turbofan', `--invocation-count-for-maglev=${RUNS}`]) v8.setFlagsFromString(flag)
}
