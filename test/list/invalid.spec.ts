/**
 * `fixtures/lists/invalid/<rule>--<detail>.<format>`: each file begins with the lines `# expect: 5:14: message; hint`,
 * one for each problem, in order. JSON has no comments: there they are in a file `….json.expect` beside it.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { rules } from '../../lib/list/rules/rules.ts'
import { load, problemsOf, ROOT } from '../support/load.ts'

const LISTS = path.join(ROOT, 'fixtures/lists/invalid')

/** Names of checks before and after the rules. */
const STAGES = ['text', 'syntax', 'schema', 'targets', 'files', 'ca', 'client', 'header_file', 'header_env']
const names = [...STAGES, ...Object.keys(rules)]

const files = readdirSync(LISTS).filter(file => !file.endsWith('.expect'))

describe('invalid lists', () => {
  for (const file of files) {
    it(file, async () => {
      const expected = expectations(path.join(LISTS, file))
      assert.notEqual(expected.length, 0, 'the file has expected problems')
      const found = await problemsOf(load({ file: path.join(LISTS, file), env: { NEWLINE: 'a\nb' } }))
      assert.deepEqual(
        found.map(problem => problem.replaceAll(`${ROOT}/`, '')),
        expected,
      )
      assert.doesNotMatch(found.join('\n'), /hunter2|planted/, 'no secret is repeated')
    })
  }

  for (const name of names) {
    it(`${name} has a file`, () => {
      assert.ok(files.some(file => file.startsWith(`${name}--`)))
    })
  }

  it('every file belongs to a rule', () => {
    assert.deepEqual(
      files.filter(file => !names.includes(file.split('--')[0] ?? '')),
      [],
    )
  })
})

function expectations(file: string): string[] {
  const beside = `${file}.expect`
  const lines = readFileSync(existsSync(beside) ? beside : file, 'utf8')
    .replace(/^\ufeff/, '')
    .split('\n')
  return lines.filter(line => line.startsWith('# expect: ')).map(line => line.slice('# expect: '.length))
}
