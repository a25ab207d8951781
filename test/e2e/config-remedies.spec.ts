/** Who does literally what a refusal says has a containerd that starts, and a file that regmirror takes. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { run } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'
import { fateOf, makeNode } from './support/containerd.ts'
import { containerdVersion, generations, needRuntime, treeOf } from './support/runtimes.ts'

const CONFIG = '/etc/containerd/config.toml'
const OTHERS = 'aufs btrfs devmapper native zfs opt restart tracing cgroups otlp'.split(' ')

/** Files that are refused, what the node comes to, and the first release for which they are. */
const FILES: Readonly<Record<string, readonly [config: string, fate: RegExp, since: RegExp]>> = {
  'as Docker ships it': [
    '# shipped\n\ndisabled_plugins = ["cri"]\n\n#root = "/x"\n',
    /^runs without CRI$/,
    /^2/,
  ],
  'of version 1 with plugins': [
    `version = 1\ndisabled_plugins = ${JSON.stringify(OTHERS)}\n[plugins.cri]\nsandbox_image = "pause"\n[plugins.opt]\npath = "/opt"\n`,
    /^serves CRI$/,
    /^2/,
  ],
  'without a version, with tables': [
    '[plugins]\n  [plugins.cri.containerd]\n    snapshotter = "native"\n  [plugins."linux"]\n    shim = "x"\n',
    /^serves CRI$/,
    /^2/,
  ],
  'of version 2 that disables CRI': ['version = 2\ndisabled_plugins = ["cri"]\n', /^runs without CRI$/, /./],
  'of version 2 that names plugins': [
    `version = 2\nrequired_plugins = ["cri"]\ndisabled_plugins = ${JSON.stringify(OTHERS)}\n`,
    /^serves CRI$/,
    /./,
  ],
  'of version 3': ['version = 3\nrequired_plugins = ["cri"]\n', /^serves CRI$/, /^2/],
}

for (const { title, suite } of generations) {
  describe(`what ${title} makes of a config.toml that was mended as told`, function () {
    this.timeout(180_000)
    const tree = treeOf(`containerd-${suite}`)
    const release = existsSync(tree) ? containerdVersion(tree) : '0.0.0'
    before(function () {
      needRuntime(this, `containerd-${suite}`, true)
    })
    for (const [name, [config, fate, since]] of Object.entries(FILES)) {
      if (since.test(release)) it(`a file ${name}`, () => assertMended(config, fate, tree, release))
    }
  })
}

async function assertMended(config: string, expected: RegExp, tree: string, release: string): Promise<void> {
  await withDirectory(async home => {
    const node = await makeNode(home)
    const file = path.join(node, CONFIG)
    await fs.writeFile(file, config)
    const list = path.join(home, 'mirrors.toml')
    await fs.writeFile(
      list,
      `version = 1\n[registries."reg.test"]\n[targets.containerd]\nversion = "${release}"\n`,
    )
    const plan = () => run(['apply', '--root', node, '-f', list])
    const refused = await plan()
    assert.equal(refused.code, 2, refused.stdout)
    await fs.writeFile(file, mended(config, refused.stderr))
    const taken = await plan()
    assert.equal(taken.code, 0, taken.stderr)
    const { fate, log } = await fateOf(tree, node, {}, async () => {})
    assert.match(fate, expected, log)
  })
}

/** The text after what its reader is told to write. */
function mended(config: string, told: string): string {
  const renamed = [...told.matchAll(/("[\w.]+") for "(\w+)"/g)].reduce(
    (text, [, full = '', short = '']) =>
      text
        .replaceAll(`"${short}"`, full)
        .replaceAll(new RegExp(`(?<=\\[plugins\\.)${short}(?=[\\].])`, 'g'), full),
    config,
  )
  const [, where] = /; write version = 2( as the first line)?/.exec(told) ?? []
  if (where !== undefined) return `version = 2\n${renamed}`
  return told.includes('; write version = 2') ? renamed.replace(/^version = \d$/m, 'version = 2') : renamed
}
