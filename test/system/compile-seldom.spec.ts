/** How V8 compiles the functions of a watcher. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

/** Runs a function, in a process of its own, and prints whether V8 has optimized it. */
const RUN = `
  const { compileSeldom } = await import('./lib/system/compile-seldom.ts')
  const [mode] = process.argv.slice(1)
  if (mode === 'seldom') compileSeldom()
  const add = one => one + 1
  const isOptimized = () => (%GetOptimizationStatus(add) & 16) !== 0
  do {
    for (let run = 0; run < 5000; run += 1) add(run)
    await new Promise(setImmediate)
  } while (mode === 'usual' && !isOptimized())
  console.log(isOptimized())
`

async function isOptimized(mode: 'usual' | 'seldom'): Promise<string> {
  const args = ['--allow-natives-syntax', '--input-type=module', '-e', RUN, '--', mode]
  const cwd = path.join(import.meta.dirname, '../..')
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd })
  assert.equal(stderr, '', 'V8 knows the flags')
  return stdout.trim()
}

describe('a function that runs 5,000 times', () => {
  it('is optimized', async () => assert.equal(await isOptimized('usual'), 'true'))

  it('is not optimized in a watcher', async () => assert.equal(await isOptimized('seldom'), 'false'))
})
