/** Runtimes that are on a node: what `plan` says about them, and `init --detect`. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { formats } from '../lib/formats/index.ts'
import type { InitReport } from '../lib/model/init-report.ts'
import type { PlannedReport } from '../lib/model/report.ts'
import { targets } from '../lib/targets/index.ts'
import type { TargetTable } from '../lib/targets/target.ts'
import { knownTarget } from './support/known-target.ts'
import { loadText } from './support/load.ts'
import { run } from './support/run.ts'
import { type Tree, withDirectory, writeTree } from './support/tree.ts'
import { onToyNode } from './targets/made-up/on-node.ts'
import { table, toy } from './targets/made-up/toy.ts'

const LIST = 'version = 1\n[registries."docker.io"]\nmirrors = ["https://m.test"]\n'
const CONTAINERD = { 'usr/bin/containerd': '' }
const TOY = { 'usr/bin/toy': '' }

/** What a plan of this list says about the runtimes of a node with these files. */
async function found(tree: Tree, list = LIST, ...more: readonly string[]): Promise<readonly string[]> {
  let said: readonly string[] = []
  await onToyNode({ 'etc/': undefined, ...tree }, async node => {
    await node.writeList(list)
    const { notices } = await node.report<PlannedReport>(0, 'plan', ...more)
    said = notices
      .filter(({ code }) => code === 'runtime_found')
      .map(({ target, file, message }) => `${target} ${file}: ${message}`)
  })
  return said
}

const saying = (lines: string) =>
  `toy /usr/bin/toy: toy on this node would not use these mirrors: a list without [targets] configures only containerd; to include it, add ${lines}`

describe('a plan of a list without [targets]', () => {
  it('names every other runtime of the node, and what to add', async () => {
    assert.deepEqual(await found({ ...CONTAINERD, ...TOY }), [
      saying('[targets.toy] and [targets.containerd]'),
    ])
    assert.deepEqual(await found(TOY), [saying('[targets.toy]')])
    assert.deepEqual(await found({ ...CONTAINERD, ...TOY }, `${LIST}[targets]\n`), [
      saying('[targets.toy] and [targets.containerd]'),
    ])
  })

  it('names none where there is none, and none where the list or a flag names targets', async () => {
    assert.deepEqual(await found(CONTAINERD), [])
    assert.deepEqual(await found({ ...CONTAINERD, ...TOY }, `${LIST}[targets.containerd]\n`), [])
    assert.deepEqual(await found({ ...CONTAINERD, ...TOY }, `${LIST}[targets.toy]\n`), [])
    assert.deepEqual(await found({ ...CONTAINERD, ...TOY }, LIST, '--target', 'containerd'), [])
  })

  it('keeps the runtime that it has configured before', () =>
    onToyNode({ 'etc/': undefined, ...TOY }, async node => {
      await node.apply(LIST)
      const { stderr } = await node.run('plan')
      assert.match(stderr, /add \[targets\.toy\] and \[targets\.containerd\]/)
      await node.writeList(`${LIST}[targets.toy]\n[targets.containerd]\n`)
      const { changes } = await node.report<PlannedReport>(0, 'plan')
      assert.deepEqual([...new Set(changes.map(({ target }) => target))], ['toy'])
    }))

  it('has a notice for each runtime, however many there are', () => {
    const names = ['one', 'two', 'three', 'four', 'five']
    const many = Object.fromEntries(
      names.map(name => [
        name,
        knownTarget({ ...toy, title: name, detect: async () => ({ what: name, file: `/${name}` }) }),
      ]),
    )
    return onToyNode(
      { 'etc/': undefined },
      async node => {
        await node.writeList(LIST)
        const { stderr } = await node.run('plan')
        for (const name of names)
          assert.match(stderr, new RegExp(`^notice: /${name}: ${name} on this node`, 'm'))
      },
      { targets: { ...table, ...many } },
    )
  })
})

/** `init --detect` on a node with these files. */
async function init(tree: Tree, more: readonly string[] = [], known: TargetTable = table) {
  return await withDirectory(async root => {
    await writeTree(root, { 'etc/': undefined, ...tree })
    const args = ['init', '--detect', '--root', root, ...more]
    const text = await run(args, {}, {}, async () => known)
    const json = await run([...args, '--format', 'json'], {}, {}, async () => known)
    return { ...text, report: JSON.parse(json.stdout) as InitReport }
  })
}

describe('init --detect', () => {
  it('adds the runtimes of the node to the list, which is valid', async () => {
    const { code, stdout, stderr, report } = await init({ ...CONTAINERD, ...TOY })
    assert.equal(code, 0)
    assert.match(
      stdout,
      /\n# containerd: \/usr\/bin\/containerd\n\[targets\.containerd\]\n\n# toy: \/usr\/bin\/toy\n\[targets\.toy\]\n$/,
    )
    assert.equal(stderr, 'found containerd (/usr/bin/containerd), toy (/usr/bin/toy)\n')
    assert.equal(report.list, stdout)
    assert.deepEqual(report.detected, [
      { target: 'containerd', what: 'containerd', file: '/usr/bin/containerd' },
      { target: 'toy', what: 'toy', file: '/usr/bin/toy' },
    ])
    const { list } = await loadText(stdout, 'toml', { targets: table })
    assert.deepEqual(Object.keys(list.targets), ['containerd', 'toy'])
  })

  it('says that there is none, and writes the list without [targets]', async () => {
    const { stdout, stderr, report } = await init({})
    assert.doesNotMatch(stdout, /\[targets/)
    assert.equal(
      stderr,
      'found no runtime on this node, so the list has no [targets] and configures containerd\n',
    )
    assert.deepEqual(report.detected, [])
  })

  it('works with every preset', async () => {
    const { stdout } = await run(['init', '--list', '--format', 'json'])
    const presets: readonly { readonly name: string }[] = JSON.parse(stdout).presets
    for (const { name } of presets) {
      const made = await init(TOY, ['--preset', name])
      assert.deepEqual(formats.toml.valueAt(made.stdout, ['targets', 'toy']), {}, name)
    }
  })

  it('writes the file that -o names', () =>
    withDirectory(async root => {
      await writeTree(root, TOY)
      const file = path.join(root, 'mirrors.toml')
      const args = ['init', '--detect', '--root', root, '-o', file]
      const { code, stdout, stderr } = await run(args, {}, {}, async () => table)
      assert.deepEqual([code, stdout], [0, ''])
      assert.match(stderr, /^found toy \(\/usr\/bin\/toy\)\nwrote /)
      assert.match(await fs.readFile(file, 'utf8'), /\[targets\.toy\]\n$/)
    }))

  it('is refused where it has no meaning', async () => {
    const refusals = [
      [['--detect', '--list'], /--detect and --list cannot be used together/],
      [['--detect', '--template', 'systemd'], /--detect and --template cannot be used together/],
      [['--root', '/'], /--root requires --detect; add --detect, or remove --root/],
      [['--detect', '--root', '/nowhere'], /--root \/nowhere is not a directory/],
    ] as const
    for (const [flags, message] of refusals) {
      const { code, stderr } = await run(['init', ...flags])
      assert.equal(code, 2)
      assert.match(stderr, message)
    }
  })
})

describe('the runtimes of the table', () => {
  const NOWHERE = { 'etc/': undefined }
  it('are not found on a node without them', async () =>
    assert.deepEqual((await init(NOWHERE, [], targets)).report.detected, []))

  it('are found by their programs', async () => {
    const programs = ['containerd', 'dockerd', 'podman', 'buildkitd', 'nerdctl', 'k3s']
    const tree = Object.fromEntries(programs.map(name => [`usr/bin/${name}`, '']))
    const { report, stdout } = await init(tree, [], targets)
    assert.deepEqual(
      report.detected?.map(({ target }) => target),
      Object.keys(targets),
    )
    const { list } = await loadText(stdout)
    assert.deepEqual(Object.keys(list.targets), Object.keys(targets))
  })
})
