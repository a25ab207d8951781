/**
 * regmirror accepts a config.toml exactly if containerd starts with it and uses the mirrors. The node sets config_path
 * already, so that containerd runs with the file that regmirror has checked.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { isFullTest } from '../support/check-property.ts'
import { run } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'
import { type ConfigCase, configCases, HOSTS_DIR } from './support/config-cases.ts'
import { makeNode, tryContainerd } from './support/containerd.ts'
import { startLoggingProxy } from './support/logging-proxy.ts'
import { containerdVersion, generations, needRuntime, treeOf } from './support/runtimes.ts'

/** Versions of the file that a containerd reads. */
const READS: Readonly<Record<string, readonly number[]>> = { 1: [1, 2], 2: [2, 3] }
/** A normal test run takes these, and one in `EVERY` of the others, another one for each containerd. */
const ALWAYS = /"tls" = \{\}, table$|^disabled_plugins = \["cri"\]$/
const EVERY = isFullTest ? 1 : 30

for (const [nth, { title, suite }] of generations.entries()) {
  describe(`${title} and a config.toml`, function () {
    this.timeout(180_000)
    const tree = treeOf(`containerd-${suite}`)
    const release = existsSync(tree) ? containerdVersion(tree) : '0.0.0'
    before(function () {
      needRuntime(this, `containerd-${suite}`, true)
    })
    const cases = (READS[release.charAt(0)] ?? []).flatMap(configCases)
    for (const one of cases.filter(({ title }, i) => i % EVERY === nth % EVERY || ALWAYS.test(title))) {
      it(`agree with regmirror, version ${one.version}: ${one.title}`, () => assertAgreed(one, tree, release))
    }
    it('use the mirrors with any relative import pattern if only the release line is known', () =>
      assertRelativePattern(tree, release.replace(/\.\d+$/, '')))
  })
}

async function assertAgreed(one: ConfigCase, tree: string, release: string): Promise<void> {
  await withDirectory(async home => {
    const node = await makeNode(home)
    await fs.writeFile(path.join(node, 'etc/containerd/config.toml'), one.config)
    if (one.dropIn !== undefined)
      await fs.writeFile(path.join(node, 'etc/containerd/drop-in.toml'), one.dropIn)
    const list = path.join(home, 'mirrors.toml')
    const text = `version = 1\n[registries."reg.test"]\nmirrors = ["http://mirror.test"]\n[targets.containerd]\nversion = "${release}"\nhosts_dir = "${HOSTS_DIR}"\n`
    await fs.writeFile(list, text)
    const { code, stderr } = await run(['apply', '--root', node, '-f', list])
    const { result, log } = await runNode(tree, node)
    const expected = code === 0 && !/disabled_plugins turns CRI off/.test(stderr)
    if (one.strict === undefined)
      assert.equal(result === 'serves CRI', expected, `${result}\n${stderr}\n${log}`)
    else assert.equal(code, 2, one.strict)
  })
}

/** containerd before 1.6.32 and 1.7.16 ignores the drop-in; later the drop-in decides. */
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
    const { result, log } = await runNode(tree, node, '/over')
    assert.equal(result, 'serves CRI', log)
  })
}

/** Runs the node; if it serves CRI, it must send a request to the mirror. */
async function runNode(tree: string, node: string, hostsDir = HOSTS_DIR) {
  const proxy = await startLoggingProxy()
  try {
    return await tryContainerd(tree, node, proxy.env, async daemon => {
      if (!existsSync(path.join(node, hostsDir))) return
      await assert.rejects(daemon.cri.pull('reg.test/team/app:latest'))
      const isUsed = proxy.requests.some(url => url.startsWith('http://mirror.test/'))
      assert.ok(isUsed, `${proxy.requests}\n${daemon.log()}`)
    })
  } finally {
    await proxy.close()
  }
}
