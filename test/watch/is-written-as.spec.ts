/** Whether two lists are written as the same files: a watcher compares at every turn. */
import assert from 'node:assert/strict'
import { isWrittenAs } from '../../lib/watch/is-written-as.ts'
import { listOf, mirror, registry } from '../support/lists.ts'

const list = (...mirrors: string[]) =>
  listOf(
    registry(
      'docker.io',
      mirrors.map(origin => mirror(origin)),
    ),
  )

describe('lists are written the same way', () => {
  it('if their registries are equal, wherever they are in the file', () => {
    const [one] = list('https://a').registries
    assert.ok(one !== undefined)
    const moved = { ...one, place: { ...one.place, line: one.place.line + 1 } }
    assert.ok(isWrittenAs(list('https://a'), { ...list('https://a'), registries: [moved] }))
  })

  it('unless a mirror, their order, or the number of registries differs', () => {
    const both = list('https://a', 'https://b')
    assert.ok(!isWrittenAs(both, list('https://a')))
    assert.ok(!isWrittenAs(both, list('https://b', 'https://a')))
    assert.ok(!isWrittenAs(both, { ...both, registries: [] }))
    assert.ok(!isWrittenAs({ ...both, registries: [] }, both))
  })

  it('if no registry is read where they are the same objects', () => {
    const [one] = list('https://a').registries
    const unreadable = new Proxy(one as NonNullable<typeof one>, {
      get: (_, key) => assert.fail(`${String(key)} is read`),
      ownKeys: () => assert.fail('it is read'),
    })
    const same = { ...list('https://a'), registries: [unreadable] }
    assert.ok(isWrittenAs(same, { ...same }))
  })
})
