import assert from 'node:assert/strict'
import { runHere } from '../../lib/system/run.ts'

describe('run', () => {
  it('returns what a program said and how it ended', async () => {
    const outcome = await runHere(process.execPath, [
      '-e',
      'console.log("out"); console.error("err"); process.exit(3)',
    ])
    assert.deepEqual(outcome, { code: 3, stdout: 'out\n', stderr: 'err\n' })
  })

  it('says nothing of a program that is not there', async () => {
    assert.equal(await runHere('regmirror-no-such-program', []), undefined)
  })
})
