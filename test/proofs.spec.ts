/** How often a second parser reads what an apply writes. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { CONFIG, withNode } from './support/node.ts'

/** The texts that the second parser reads meanwhile. */
async function recordTexts(use: () => Promise<unknown>): Promise<readonly string[]> {
  const parser: { parse(text: string): object } = createRequire(import.meta.url)('@iarna/toml')
  const { parse } = parser
  const texts: string[] = []
  parser.parse = text => {
    texts.push(text)
    return parse(text)
  }
  try {
    await use()
    return texts
  } finally {
    parser.parse = parse
  }
}

describe('the proof of hosts.toml', () => {
  it('is made once for each file that changes, though an apply plans twice, and for no other', () =>
    withNode({ [CONFIG]: 'version = 2\n' }, async node => {
      const listOf = (names: readonly string[]) =>
        `version = 1\n${names.map(name => `[registries."${name}"]\nmirrors = ["https://m.example"]\n`).join('')}`
      const apply = async (names: readonly string[]) => {
        await node.writeList(listOf(names))
        const texts = await recordTexts(async () => assert.equal((await node.run('apply')).code, 0))
        return texts.flatMap(text => /^server = "https:\/\/(.*)"$/m.exec(text)?.[1] ?? [])
      }
      assert.deepEqual(await apply(['a.example', 'b.example']), ['a.example', 'b.example'])
      assert.deepEqual(await apply(['a.example', 'b.example', 'c.example']), ['c.example'])
    }))
})
