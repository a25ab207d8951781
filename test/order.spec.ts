/** The order of steps: a file is written after all that it refers to, and taken away before it. */
import assert from 'node:assert/strict'
import type { Step } from '../lib/plan/step.ts'
import { orderedSteps, orderedUnits } from '../lib/plan/step-order.ts'
import type { DesiredFile } from '../lib/targets/target.ts'

const ownership = { mode: 0o644, uid: 0, gid: 0 }
const found = { bytes: Buffer.from('old'), ownership, changed: 0 }
const next = { bytes: Buffer.from('new'), ownership }

type More = Pick<DesiredFile, 'bundle' | 'after'>

const about = (path: string, { after = [], ...more }: More) =>
  ({
    target: 'x',
    path,
    effect: 'immediate',
    why: '',
    refersTo: after,
    owns: { kind: 'whole' },
    ...more,
  }) as const
const write = (path: string, more: More = {}): Step => ({
  ...about(path, more),
  action: 'update',
  before: found,
  after: next,
})
const remove = (path: string, more: More = {}): Step => ({
  ...about(path, more),
  action: 'delete',
  before: found,
  after: undefined,
})
const putBack = (path: string, more: More = {}): Step => ({
  ...write(path, more),
  owns: { kind: 'original', ownership },
})

const pathsOf = (steps: readonly Step[]) => orderedSteps(steps).map(({ path }) => path)

describe('the order of steps', () => {
  const hosts = (name: string, ...after: readonly string[]) =>
    [`/d/${name}/hosts`, { bundle: `/d/${name}`, after }] as const

  it('writes a file after the files that it refers to', () =>
    assert.deepEqual(
      pathsOf([
        write('/config', { after: ['/d'] }),
        write('/d/a'),
        write('/d/b', { after: ['/d/c'] }),
        write('/d/c'),
      ]),
      ['/d/a', '/d/c', '/d/b', '/config'],
    ))

  it('takes a file away before the files that it refers to', () =>
    assert.deepEqual(
      pathsOf([remove('/d/c'), putBack('/d/b', { after: ['/d/c'] }), remove('/config', { after: ['/d'] })]),
      ['/config', '/d/b', '/d/c'],
    ))

  it('writes what is new before it takes anything away', () =>
    assert.deepEqual(pathsOf([remove('/a'), putBack('/b'), write('/c')]), ['/c', '/a', '/b']))

  it('keeps the given order of files that do not refer to each other, even by the start of a name', () =>
    assert.deepEqual(pathsOf([write('/d/b', { after: ['/d/a'] }), write('/d/ab'), write('/c')]), [
      '/d/b',
      '/d/ab',
      '/c',
    ]))

  it('carries out the files of a bundle together, after all that any of them refers to', () => {
    const [a, b] = [hosts('a', '/d/a/key', '/d/b'), hosts('b')]
    const units = orderedUnits([write('/d/a/key', { bundle: '/d/a' }), write(...a), write(...b)])
    assert.deepEqual(
      units.map(({ directory, isBundle, steps }) => [directory, isBundle, steps.map(({ path }) => path)]),
      [
        ['/d/b', true, ['/d/b/hosts']],
        ['/d/a', true, ['/d/a/key', '/d/a/hosts']],
      ],
    )
  })

  it('removes the fallback of all registries before any of them, and writes it after them', () => {
    const fallback = hosts('_default', '/d')
    assert.deepEqual(pathsOf([write(...fallback), write(...hosts('a'))]), ['/d/a/hosts', '/d/_default/hosts'])
    assert.deepEqual(pathsOf([remove(...hosts('a')), remove(...fallback)]), [
      '/d/_default/hosts',
      '/d/a/hosts',
    ])
  })

  it('ends where files refer to each other', () =>
    assert.deepEqual(
      pathsOf([
        write('/a', { after: ['/b'] }),
        write('/b', { after: ['/a'] }),
        write('/c', { after: ['/c'] }),
      ]),
      ['/c', '/a', '/b'],
    ))
})
