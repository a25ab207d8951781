/** The README in other languages says what the English one says: the same commands, pictures, links and tables. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

const english = read('README.md')
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([found]) => found)

const COMMENT = /(?<= )# .*$/gm
const blocks = (text: string) => all(text, /^```.*?^```/gms)

/** What must be the same: everything that a reader copies or follows. */
const shared = {
  'commands and lists': (text: string) => blocks(text).map(block => block.replaceAll(COMMENT, '#')),
  links: (text: string) => all(text, /(?<=\]\()(?!README)[^)\s]+/g).sort(),
  'rows of tables': (text: string) => all(text, /^\|/gm).length,
  headings: (text: string) => all(text, /^#+ /gm),
  items: (text: string) => all(text, /^- /gm).length,
}

describe('README.zh-CN.md', () => {
  const chinese = read('README.zh-CN.md')
  for (const [what, of] of Object.entries(shared))
    it(`has the ${what} of README.md`, () => assert.deepEqual(of(chinese), of(english)))

  it('names every flag and file that README.md names', () => {
    const named = (text: string) => all(text.replaceAll(/^```.*?^```/gms, ''), /`[^`\n]+`/g)
    const here = new Set(named(chinese))
    assert.deepEqual(
      named(english).filter(name => !here.has(name)),
      [],
    )
  })

  it('is in Chinese', () => {
    const lines = chinese.replaceAll(/^```.*?^```/gms, '').split('\n')
    const prose = lines.filter(line => /^(?:- |[A-Z\u4e00-\u9fff])/.test(line))
    const comments = blocks(chinese).flatMap(block => all(block, COMMENT))
    assert.ok(prose.length > 20 && comments.length > 5)
    assert.deepEqual(
      [...prose, ...comments].filter(line => !/[\u4e00-\u9fff]/.test(line)),
      [],
    )
  })

  it('is linked from README.md, and back', () => {
    assert.match(english, /\]\(README\.zh-CN\.md\)/)
    assert.match(chinese, /\]\(README\.md\)/)
  })
})
