/** The log of a watcher at a terminal: lines break between words. */
import assert from 'node:assert/strict'
import { openEventLog } from '../../lib/watch/host/event-log.ts'
import { worldOf } from '../support/run.ts'

const TEXT =
  'docker.io: https://mirror.example.com is unhealthy: refuses the connection; check the port, and that the registry runs there'

async function logged(sink: { readonly isTTY: boolean; readonly columns: number }, format?: 'json') {
  let written = ''
  const write = (text: string) => (written += text)
  const log = await openEventLog(format, { ...worldOf(), openLog: () => ({ ...sink, write }) })
  log.write({ event: 'mirror_unhealthy', level: 'warn', text: TEXT })
  return written
}

describe('the log of a watcher', () => {
  for (const columns of [60, 80, 120])
    it(`fits a terminal of ${columns} columns, broken between words`, async () => {
      const lines = (await logged({ isTTY: true, columns })).trimEnd().split('\n')
      assert.ok(
        lines.every(line => line.length <= columns),
        lines.join('\n'),
      )
      assert.ok(lines.slice(1).every(line => /^ {2}\S/.test(line)))
      assert.match(lines.map(line => line.trim()).join(' '), new RegExp(`^\\S+Z warn  ${TEXT}$`))
    })

  it('has one line an event in JSON, and where the terminal does not know its width', async () => {
    const json = await logged({ isTTY: true, columns: 60 }, 'json')
    assert.equal(JSON.parse(json).msg, TEXT)
    assert.equal((await logged({ isTTY: true, columns: 0 })).split('\n').length, 2)
  })
})
