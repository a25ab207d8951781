/** The remedies of refusals of config.toml work: containerd starts, and regmirror accepts the file. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { run } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'
import { makeNode, tryContainerd } from './support/containerd.ts'
import { containerdVersion, generations, needRuntime, treeOf } from './support/runtimes.ts'

const CONFIG = '/etc/containerd/config.toml'
const OTHERS = 'aufs btrfs devmapper native zfs opt restart tracing cgroups otlp'.split(' ')

/** Files that are refused, how containerd starts after the remedy, and the releases for which they are refused. */
const FILES: Readonly<Record<string, readonly [config: string, result: RegExp, since: RegExp]>> = {
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
  describe(`${title} with a config.toml after the remedy of its refusal`, function () {
    this.timeout(180_000)
    const tree = treeOf(`containerd-${suite}`)
    const release = existsSync(tree) ? containerdVersion(tree) : '0.0.0'
    before(function () {
      needRuntime(this, `containerd-${suite}`, true)
    })
    for (const [name, [config, result, since]] of Object.entries(FILES)) {
      if (since.test(release))
        it(`starts with a file ${name}`, () => assertRemedyWorks(config, result, tree, release))
    }
  })
}

async function assertRemedyWorks(
  config: string,
  expected: RegExp,
  tree: string,
  release: string,
): Promise<void> {
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
    await fs.writeFile(file, applyRemedy(config, refused.stderr))
    const accepted = await plan()
    assert.equal(accepted.code, 0, accepted.stderr)
    const { result, log } = await tryContainerd(tree, node, {}, async () => {})
    assert.match(result, expected, log)
  })
}

/** The text after the changes that the message names. */
function applyRemedy(config: string, message: string): string {
  const renamed = [...message.matchAll(/("[\w.]+") for "(\w+)"/g)].reduce(
    (text, [, full = '', short = '']) =>
      text
        .replaceAll(`"${short}"`, full)
        .replaceAll(new RegExp(`(?<=\\[plugins\\.)${short}(?=[\\].])`, 'g'), full),
    config,
  )
  const [, where] = /; write version = 2( as the first line)?/.exec(message) ?? []
  if (where !== undefined) return `version = 2\n${renamed}`
  return message.includes('; write version = 2') ? renamed.replace(/^version = \d$/m, 'version = 2') : renamed
}
