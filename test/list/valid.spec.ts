/** Valid lists: the same list in three formats, and lists that users copy. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { load, ROOT } from '../support/load.ts'

const VALID = path.join(ROOT, 'fixtures/lists/valid')
const GOLDEN = path.join(ROOT, 'fixtures/lists/resolved/every-key.json')

/** Without positions, and with the same paths on every machine. */
function comparable(value: unknown): unknown {
  const text = JSON.stringify(value, (key, part) =>
    key === 'place' || key === 'line' || key === 'file' ? undefined : part,
  )
  return JSON.parse(
    text.replaceAll(`${ROOT}/`, '').replaceAll(/-----BEGIN [^-]*-----[^-]*-----END [^-]*-----/g, 'PEM'),
  )
}

describe('valid lists', () => {
  for (const format of ['toml', 'yaml', 'json']) {
    it(`have every key, in ${format}`, async () => {
      const { list, notices } = await load({
        file: path.join(VALID, `every-key.${format}`),
        env: { FROM: 'node-1' },
      })
      const found = comparable({ list, notices })
      if (process.env.GOLDEN === 'update') writeFileSync(GOLDEN, `${JSON.stringify(found, null, 2)}\n`)
      assert.deepEqual(found, JSON.parse(readFileSync(GOLDEN, 'utf8')))
    })
  }

  it('the list of eleven registries has its notices', async () => {
    const { list, notices } = await load({ file: path.join(VALID, 'eleven-registries.toml') })
    assert.equal(list.registries.length, 11)
    assert.equal(list.registries[0]?.mirrors.length, 5)
    assert.deepEqual(
      notices.map(notice => notice.code),
      ['docker_io_server', 'http_resolve', 'http_mirror', ...Array(10).fill('push_granted')],
    )
  })
})
