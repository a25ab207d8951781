/** How many system calls a command makes: counts do not depend on the machine. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { CONFIG, type TestNode, withNode } from './support/node.ts'

const listOf = (count: number) =>
  [
    'version = 1',
    ...Array.from(
      { length: count },
      (_, i) => `[registries."r${i}.example"]\nmirrors = ["https://m.example"]`,
    ),
  ].join('\n')

type Call = readonly [name: string, ...args: unknown[]]

/** The calls of the file system that `use` makes, of either kind. */
async function recordCalls(use: () => Promise<unknown>): Promise<readonly Call[]> {
  const calls: Call[] = []
  const names = ['lstat', 'open', 'readdir', 'rename', 'mkdir', 'unlink'] as const
  const restores = names.flatMap(name => [
    record(fs, `${name}Sync`, name, calls),
    record(fs.promises, name, name, calls),
  ])
  restores.push(record(fs, 'fsync', 'fsync', calls))
  try {
    await use()
    return calls
  } finally {
    for (const restore of restores) restore()
  }
}

function record(table: object, key: string, name: string, calls: Call[]): () => void {
  const act = Reflect.get(table, key) as (...args: unknown[]) => unknown
  Reflect.set(table, key, (...args: unknown[]) => {
    calls.push([name, ...args])
    return act(...args)
  })
  return () => void Reflect.set(table, key, act)
}

const isWriting = ([name, , flags]: Call) =>
  name === 'open' ? typeof flags === 'string' && flags !== 'r' : !['lstat', 'readdir'].includes(name)

const onNode = (use: (node: TestNode) => Promise<void>) => withNode({ [CONFIG]: 'version = 2\n' }, use)

describe('system calls', () => {
  /** For each registry that is new, in lists of three sizes: not more for a longer list. */
  const MOST: Readonly<Record<string, number>> = {
    // Two plans, the check that nothing changed since, the swap and reading back.
    lstat: 8,
    // Written, flushed, its directory flushed, read back.
    open: 4,
    readdir: 0,
    mkdir: 1,
    rename: 1,
    fsync: 2,
    unlink: 0,
  }

  it('of an apply that writes each registry are few, and not more for a longer list', () =>
    onNode(async node => {
      const runs: (readonly Call[])[] = []
      // The first run also loads modules.
      for (const count of [20, 20, 60, 100]) {
        await node.run('restore')
        await node.writeList(listOf(count))
        runs.push(await recordCalls(async () => assert.equal((await node.run('apply')).code, 0)))
      }
      for (const [name, most] of Object.entries(MOST)) {
        const [few = 0, more = 0, many = 0] = runs
          .slice(1)
          .map(calls => calls.filter(([of]) => of === name).length)
        const each = (more - few) / 40
        assert.ok(each <= most, `${each} calls of ${name} for a registry`)
        assert.equal((many - more) / 40, each, `calls of ${name} for a registry in a longer list`)
      }
    }))

  it('of an apply that changes nothing open no file for writing', () =>
    onNode(async node => {
      await node.writeList(listOf(10))
      await node.run('apply')
      const calls = await recordCalls(async () => {
        assert.match((await node.run('apply')).stdout, /nothing to do/)
      })
      assert.deepEqual(calls.filter(isWriting), [])
      assert.ok(calls.length > 10)
    }))

  it('of a plan open each hosts.toml once', () =>
    onNode(async node => {
      await node.writeList(listOf(10))
      await node.run('apply')
      const calls = await recordCalls(async () => {
        assert.match((await node.run('plan')).stdout, /nothing to do/)
      })
      const opened = calls.flatMap(([name, file]) => (name === 'open' ? [String(file)] : []))
      const hosts = opened.filter(file => file.endsWith('/hosts.toml'))
      assert.equal(hosts.length, 10)
      assert.equal(new Set(hosts).size, 10)
    }))
})
