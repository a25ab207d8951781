/** Programs that regmirror runs. */
import assert from 'node:assert/strict'
import { runProgram } from '../../lib/system/run.ts'

describe('runProgram', () => {
  it('returns the output and the exit code of a program', async () => {
    const outcome = await runProgram(process.execPath, [
      '-e',
      'console.log("out"); console.error("err"); process.exit(3)',
    ])
    assert.deepEqual(outcome, { code: 3, stdout: 'out\n', stderr: 'err\n' })
  })

  it('returns undefined for a program that does not exist', async () => {
    assert.equal(await runProgram('regmirror-no-such-program', []), undefined)
  })
})
