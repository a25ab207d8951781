/** What regmirror has written for a runtime is the same list when it is imported, as far as the runtime can express it. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import TOML from '@iarna/toml'
import { targets } from '../../lib/targets/index.ts'
import { ROOT } from '../support/load.ts'
import { run } from '../support/run.ts'
import { readTree, withDirectory, writeTree } from '../support/tree.ts'

const NODES = path.join(ROOT, 'fixtures/nodes')

/** Nodes whose import is another list with the same pulls, or needs more than the files. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'containers-config-dir': 'the list names a directory that no file of the node names',
  'containers-main-file-of-root-on-6': 'a file of the user hides what is written',
  'k3s-no-fallback-by-node-flag': 'a server at another URL is a last mirror without fallback',
}

interface List {
  readonly registries?: Readonly<
    Record<string, { readonly mirrors?: readonly (string | { readonly url: string })[] }>
  >
  readonly targets?: Readonly<Record<string, object>>
}

/** The URLs of each registry with mirrors, and no other key of them. */
function mirrorsOf({ registries = {} }: List): Readonly<Record<string, readonly string[]>> {
  const all = Object.entries(registries).map(([name, { mirrors = [] }]) => {
    const urls = mirrors.map(mirror => (typeof mirror === 'string' ? mirror : mirror.url))
    return [name, urls.map(url => url.replace(/\/v2$|\/$/, ''))] as const
  })
  return Object.fromEntries(all.filter(([, urls]) => urls.length > 0).sort())
}

const read = (file: string) => TOML.parse(readFileSync(file, 'utf8')) as List

/** Nodes of one other runtime than the first, on which a plan has nothing to say. */
function nodesOf(): readonly (readonly [name: string, target: string])[] {
  return readdirSync(NODES).flatMap(name => {
    const folder = path.join(NODES, name)
    const names = Object.keys(read(path.join(folder, 'mirrors.toml')).targets ?? {})
    const [target = 'containerd'] = names
    const plan = readFileSync(path.join(folder, 'plan.txt'), 'utf8')
    const isPlain = names.length === 1 && target !== 'containerd' && !/^(notice|error):/m.test(plan)
    const hasCase = existsSync(path.join(folder, 'after')) && !existsSync(path.join(folder, 'args'))
    return isPlain && hasCase ? [[name, target] as const] : []
  })
}

describe('the import of what regmirror writes', () => {
  const nodes = nodesOf()

  for (const [name, target] of nodes.filter(([name]) => !Object.hasOwn(EXCEPTIONS, name)))
    it(`has the mirrors of the list: ${name}`, () =>
      withDirectory(async root => {
        const folder = path.join(NODES, name)
        await writeTree(root, await readTree(path.join(folder, 'after'), () => false))
        const { code, stdout, stderr } = await run(['import', '--root', root, '--target', target])
        assert.equal(code, 0, stderr)
        const [before, after] = [read(path.join(folder, 'mirrors.toml')), TOML.parse(stdout) as List]
        const listed = mirrorsOf(before)
        const found = mirrorsOf(after)
        const own = Object.fromEntries(Object.entries(found).filter(([registry]) => registry in listed))
        assert.deepEqual(own, listed, stdout)
        assert.deepEqual(Object.keys(after.targets ?? {}), [target])
      }))

  it('is tried for several runtimes', () => {
    const tried = new Set(nodes.map(([, target]) => target))
    assert.ok(tried.size > 1, [...tried].join(', '))
    for (const target of tried) assert.ok(Object.hasOwn(targets, target))
    const names = nodes.map(([name]) => name)
    assert.deepEqual(
      Object.keys(EXCEPTIONS).filter(name => !names.includes(name)),
      [],
    )
  })
})
