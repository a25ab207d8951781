import assert from 'node:assert/strict'
import { runProgram } from '../../lib/system/run.ts'

describe('run', () => {
  it('returns what a program said and how it ended', async () => {
    const outcome = await runProgram(process.execPath, [
      '-e',
      'console.log("out"); console.error("err"); process.exit(3)',
    ])
    assert.deepEqual(outcome, { code: 3, stdout: 'out\n', stderr: 'err\n' })
  })

  it('says nothing of a program that is not there', async () => {
    assert.equal(await runProgram('regmirror-no-such-program', []), undefined)
  })
})
