/**
 * Whether a containerd comes up with a config.toml, and asks our mirrors, is what the plan says of that file. The node
 * names our directory already, so that what is judged is what is run.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { isFullTest } from '../support/check-property.ts'
import { run } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'
import { type ConfigCase, configCases, HOSTS_DIR } from './support/config-cases.ts'
import { fateOf, makeNode } from './support/containerd.ts'
import { startLoggingProxy } from './support/logging-proxy.ts'
import { containerdVersion, generations, needRuntime, treeOf } from './support/runtimes.ts'

/** Versions of the file that a containerd reads. */
const READS: Readonly<Record<string, readonly number[]>> = { 1: [1, 2], 2: [2, 3] }
/** An everyday test takes these, and of the others one in so many, another one on each containerd. */
const EVERYDAY = /"tls" = \{\}, table$|^disabled_plugins = \["cri"\]$/
const EVERY = isFullTest ? 1 : 30

for (const [nth, { title, suite }] of generations.entries()) {
  describe(`what ${title} makes of a config.toml`, function () {
    this.timeout(180_000)
    const tree = treeOf(`containerd-${suite}`)
    const release = existsSync(tree) ? containerdVersion(tree) : '0.0.0'
    before(function () {
      needRuntime(this, `containerd-${suite}`, true)
    })
    const cases = (READS[release.charAt(0)] ?? []).flatMap(configCases)
    for (const one of cases.filter(({ title }, i) => i % EVERY === nth % EVERY || EVERYDAY.test(title))) {
      it(`version ${one.version}: ${one.title}`, () => assertJudged(one, tree, release))
    }
    it('asks the mirrors whatever it imports by a relative pattern, if only its release line is known', () =>
      assertRelativePattern(tree, release.replace(/\.\d+$/, '')))
  })
}

async function assertJudged(one: ConfigCase, tree: string, release: string): Promise<void> {
  await withDirectory(async home => {
    const node = await makeNode(home)
    await fs.writeFile(path.join(node, 'etc/containerd/config.toml'), one.config)
    if (one.dropIn !== undefined)
      await fs.writeFile(path.join(node, 'etc/containerd/drop-in.toml'), one.dropIn)
    const list = path.join(home, 'mirrors.toml')
    const text = `version = 1\n[registries."reg.test"]\nmirrors = ["http://mirror.test"]\n[targets.containerd]\nversion = "${release}"\nhosts_dir = "${HOSTS_DIR}"\n`
    await fs.writeFile(list, text)
    const { code, stderr } = await run(['apply', '--root', node, '-f', list])
    const { fate, log } = await runNode(tree, node)
    const expected = code === 0 && !/disabled_plugins has/.test(stderr)
    if (one.strict === undefined) assert.equal(fate === 'serves CRI', expected, `${fate}\n${stderr}\n${log}`)
    else assert.equal(code, 2, one.strict)
  })
}

/** Below 1.6.32 and 1.7.16 the drop-in is not read, later it decides. */
async function assertRelativePattern(tree: string, line: string): Promise<void> {
  await withDirectory(async home => {
    const node = await makeNode(home)
    const dropIn = 'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/over"\n'
    const config = 'version = 2\nimports = ["conf.d/*.toml"]\n'
    await fs.mkdir(path.join(node, 'etc/containerd/conf.d'))
    await fs.writeFile(path.join(node, 'etc/containerd/conf.d/mine.toml'), dropIn)
    await fs.writeFile(path.join(node, 'etc/containerd/config.toml'), config)
    const list = path.join(home, 'mirrors.toml')
    const text = `version = 1\n[registries."reg.test"]\nmirrors = ["http://mirror.test"]\n[targets.containerd]\nversion = "${line}"\n`
    await fs.writeFile(list, text)
    const { code, stderr } = await run(['apply', '--root', node, '-f', list])
    assert.equal(code, 0, stderr)
    const { fate, log } = await runNode(tree, node, '/over')
    assert.equal(fate, 'serves CRI', log)
  })
}

/** Runs the node; one that serves CRI has to ask the mirror. */
async function runNode(tree: string, node: string, hostsDir = HOSTS_DIR) {
  const outside = await startLoggingProxy()
  try {
    return await fateOf(tree, node, outside.env, async daemon => {
      if (!existsSync(path.join(node, hostsDir))) return
      await assert.rejects(daemon.cri.pull('reg.test/team/app:latest'))
      const asked = outside.requests.some(url => url.startsWith('http://mirror.test/'))
      assert.ok(asked, `${outside.requests}\n${daemon.log()}`)
    })
  } finally {
    await outside.close()
  }
}
