/** Programs that regmirror runs. */
import assert from 'node:assert/strict'
import { runInstalled, runProgram } from '../../lib/system/run.ts'

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

describe('runInstalled', () => {
  it('gives programs a PATH with the directories of daemons, each once, and the rest of the environment', async () => {
    const pathWith = async (PATH: string) => {
      const run = runInstalled({ PATH, COLOUR: 'blue' })
      return (await run('/bin/sh', ['-c', 'echo "$PATH $COLOUR"']))?.stdout
    }
    assert.equal(await pathWith('/bin:/usr/bin'), '/bin:/usr/bin:/usr/local/sbin:/usr/sbin:/sbin blue\n')
    assert.equal(await pathWith('/usr/sbin:/bin'), '/usr/sbin:/bin:/usr/local/sbin:/sbin blue\n')
  })

  it('finds a program in the directories of daemons without PATH', async () => {
    const outcome = await runInstalled({ PATH: '/nowhere' })('ldconfig', ['--version'])
    assert.equal(outcome?.code, 0)
    assert.equal((await runInstalled({})('sh', ['-c', 'true']))?.code, 0)
    assert.equal(await runInstalled({})('regmirror-no-such-program', []), undefined)
  })
})
