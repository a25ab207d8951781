/** What the log says of a write that a change of health causes. */
import assert from 'node:assert/strict'
import type { MirrorList } from '../../lib/model/registry.ts'
import type { Change } from '../../lib/model/report.ts'
import { type MovedMirrors, movedMirrors, movedText } from '../../lib/watch/moved-mirrors.ts'
import { changeEvent } from '../../lib/watch/write-events.ts'
import { listOf, mirror, registry } from '../support/lists.ts'

const NAME = 'docker.io'
const listed = (...names: readonly string[]) =>
  listOf(
    registry(
      NAME,
      names.map(name => mirror(`https://${name}`)),
    ),
  )
const moved = (before: readonly string[], after: readonly string[]) =>
  movedMirrors(NAME, 'containerd', listed(...before), listed(...after)) as MovedMirrors

const CHANGE: Change = {
  ...{ target: 'containerd', path: '/hosts.toml', action: 'update', effect: 'immediate' },
  ...{ why: '', registry: NAME, diff: '' },
}

describe('a write of a watcher', () => {
  const cases: [before: readonly string[], after: readonly string[], text: string][] = [
    [['a', 'b'], ['b'], 'removed https://a'],
    [['b'], ['a', 'b'], 'returned https://a'],
    [['a', 'b', 'c'], ['c', 'd'], 'removed https://a and https://b, returned https://d'],
    [['a', 'b'], ['b', 'a'], 'changed the order of the mirrors'],
    [['a', 'b', 'c', 'd', 'e'], ['e'], 'removed https://a and https://b and https://c and 1 more'],
    [['a'], ['a'], ''],
  ]
  for (const [before, after, text] of cases)
    it(`from ${before} to ${after}: ${text || 'nothing about mirrors'}`, () =>
      assert.equal(movedText(moved(before, after)), text))

  it('names the mirrors in its line, and as fields with the URLs of every report', () => {
    const { text, fields } = changeEvent(CHANGE, {
      cause: 'health',
      moved: () => moved(['a', 'b'], ['b', 'c']),
    })
    assert.equal(text, 'updated /hosts.toml: removed https://a, returned https://c')
    assert.deepEqual(fields, {
      ...{ path: '/hosts.toml', action: 'update', cause: 'health', registry: NAME },
      ...{ removed: ['https://a/v2'], returned: ['https://c/v2'] },
    })
  })

  it('names those of every registry of the runtime for a file that serves them all', () => {
    const lists = [['a', 'b'], ['b']].map(names => {
      const mirrors = names.map(name => mirror(`https://${name}`))
      return listOf(registry(NAME, mirrors), registry('quay.io', [...mirrors, mirror('https://q')]))
    })
    const change: Change = {
      ...{ target: 'docker', path: '/daemon.json', action: 'update', effect: 'reload' },
      ...{ why: '', diff: '' },
    }
    const { text, fields } = changeEvent(change, {
      cause: 'health',
      moved: (name, target) => movedMirrors(name, target, lists[0], lists[1] as MirrorList),
    })
    assert.equal(text, 'updated /daemon.json: removed https://a')
    assert.deepEqual(fields, {
      path: '/daemon.json',
      action: 'update',
      cause: 'health',
      removed: ['https://a/v2'],
    })
  })

  it('names none for a new list, and after a change outside', () => {
    assert.equal(changeEvent(CHANGE, { cause: 'list' }).text, 'updated /hosts.toml')
    assert.equal(changeEvent(CHANGE, {}).text, 'updated /hosts.toml (it was changed outside this watcher)')
  })
})
