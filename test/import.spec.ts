/**
 * `import --from`: `fixtures/import/<case>` holds files of other programs, the list that import makes of them (`list.toml`)
 * and what it says (`said.txt`). GOLDEN=update writes both; the diff of the commit is the review.
 */
import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { importFlags } from '../lib/commands/flags.ts'
import { documentKinds } from '../lib/targets/document-kinds.ts'
import { targets } from '../lib/targets/index.ts'
import { loadTargets } from '../lib/targets/load-targets.ts'
import { run } from './support/run.ts'
import { withDirectory } from './support/tree.ts'

const CASES = path.join(import.meta.dirname, '../fixtures/import')
const update = process.env.GOLDEN === 'update'
const PEM = path.join(import.meta.dirname, '../fixtures/tls')

async function golden(file: string, text: string): Promise<void> {
  if (update && text !== '') await fs.writeFile(file, text)
  if (update && text === '') await fs.rm(file, { force: true })
  assert.equal(text, existsSync(file) ? readFileSync(file, 'utf8') : '', path.basename(file))
}

/** The files of a case in a directory of their own, with certificates where they name `ca.pem` and others. */
async function prepare(name: string, directory: string): Promise<readonly string[]> {
  const folder = path.join(CASES, name)
  const files = globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter(entry => entry.isFile() && !/^(list\.toml|said\.txt)$/.test(entry.name))
    .map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
  for (const file of files) {
    const text = readFileSync(path.join(folder, file), 'utf8')
    const placed = text.replace(/(?<=["\s])(ca|client|client-key)\.pem/g, pem => path.join(PEM, pem))
    await fs.mkdir(path.dirname(path.join(directory, file)), { recursive: true })
    await fs.writeFile(path.join(directory, file), placed)
  }
  return files
}

describe('import --from', () => {
  for (const name of readdirSync(CASES)) {
    it(name, () =>
      withDirectory(async directory => {
        const files = await prepare(name, directory)
        const from = files.flatMap(file => ['--from', path.join(directory, file)])
        const { code, stdout, stderr } = await run(['import', ...from])
        const shown = (text: string) => text.replaceAll(directory, '').replaceAll(PEM, '/tls')
        await golden(path.join(CASES, name, 'said.txt'), shown(stderr))
        await golden(path.join(CASES, name, 'list.toml'), shown(stdout))
        assert.doesNotMatch(stdout + stderr, /planted|cGxhbnRlZA|dXNlcjpwbGFudGVk/)
        if (code === 0) await assertWritten(directory, from, stdout)
        else assert.equal(stdout, '')
      }),
    )
  }

  /** With -o, the same list is valid, its secrets are in files of mode 0600, and nothing is overwritten. */
  async function assertWritten(directory: string, from: readonly string[], printed: string): Promise<void> {
    const list = path.join(directory, 'new/mirrors.toml')
    const written = await run(['import', ...from, '-o', list, '--format', 'json'])
    assert.equal(written.code, 0, written.stderr)
    const report = JSON.parse(written.stdout)
    assert.equal(report.list, printed)
    assert.equal(await fs.readFile(list, 'utf8'), printed)
    for (const file of report.files) {
      const mode = (await fs.stat(file.path)).mode & 0o777
      assert.equal(`0${mode.toString(8)}`, file.mode, file.path)
      assert.equal(mode, /password|header|key/.test(file.what) ? 0o600 : 0o644, file.what)
    }
    assert.deepEqual(
      (await fs.readdir(path.dirname(list))).sort(),
      ['mirrors.toml', ...report.files.map((file: { path: string }) => path.basename(file.path))].sort(),
    )
    const valid = await run(['validate', '-f', list])
    assert.equal(valid.code, 0, valid.stderr)
    const again = await run(['import', ...from, '-o', list])
    assert.equal(again.code, 2)
    assert.match(again.stderr, /already exists/)
  }
})

describe('import of a node', () => {
  const importOf = async (files: Readonly<Record<string, string>>) =>
    await withDirectory(async root => {
      for (const [file, text] of Object.entries(files)) {
        await fs.mkdir(path.join(root, path.dirname(file)), { recursive: true })
        await fs.writeFile(path.join(root, file), text)
      }
      return await run(['import', '--root', root])
    })
  const K3S = 'mirrors:\n  docker.io:\n    endpoint: ["https://k3s.example"]\n'

  const withoutComments = (text: string) => text.replaceAll(/^#.*\n/gm, '').trimStart()

  it('writes one list for runtimes that have the same mirrors', async () => {
    const { code, stdout, stderr } = await importOf({
      '/etc/rancher/k3s/registries.yaml': `${K3S}  quay.io:\n    endpoint: [https://q.example]\n`,
      '/etc/docker/daemon.json': '{"registry-mirrors": ["https://k3s.example/"]}',
      '/etc/buildkit/buildkitd.toml': '[registry."docker.io"]\nmirrors = ["k3s.example"]\n',
    })
    assert.equal(code, 0, stderr)
    assert.equal(
      withoutComments(stdout),
      `version = 1

[registries."docker.io"]
mirrors = ["https://k3s.example"]

[registries."quay.io"]
mirrors = ["https://q.example"]
targets = ["k3s"]

[targets.docker]

[targets.buildkit]

[targets.k3s]
`,
    )
    assert.equal(stderr, '')
  })

  it('lists the mirrors of the first runtime where another has others, and names the line of those', async () => {
    const { code, stdout, stderr } = await importOf({
      '/etc/rancher/k3s/registries.yaml': `${K3S}  quay.io:\n    endpoint: [https://q.example]\n`,
      '/etc/docker/daemon.json': '{"registry-mirrors": ["https://docker.example"]}',
    })
    assert.equal(code, 0, stderr)
    assert.equal(
      withoutComments(stdout),
      `version = 1

[registries."docker.io"]
mirrors = ["https://docker.example"]
targets = ["docker"]

[registries."quay.io"]
mirrors = ["https://q.example"]
targets = ["k3s"]

[targets.docker]

[targets.k3s]
`,
    )
    assert.match(
      stderr,
      /^notice: \/etc\/rancher\/k3s\/registries\.yaml:2: k3s has other mirrors or settings for docker\.io than docker, and a list has each registry once; the list has those of \/etc\/docker\/daemon\.json.*regmirror import --target k3s$/m,
    )
  })

  it('takes what k3s writes for its containerd from registries.yaml alone', async () => {
    const agent = '/var/lib/rancher/k3s/agent/etc/containerd'
    const hosts =
      '# File generated by k3s. DO NOT EDIT.\nserver = "https://registry-1.docker.io/v2"\n\n[host."https://k3s.example/v2"]\n  capabilities = ["pull", "resolve"]\n'
    const { stdout, stderr } = await importOf({
      '/etc/rancher/k3s/registries.yaml': K3S,
      [`${agent}/certs.d/docker.io/hosts.toml`]: hosts,
      [`${agent}/config.toml`]: `# File generated by k3s. DO NOT EDIT.\nversion = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "${agent}/certs.d"\n`,
    })
    assert.match(stdout, /^mirrors = \["https:\/\/k3s\.example"\]\n\n\[targets\.k3s\]\n$/m, stderr)
    assert.doesNotMatch(stdout, /containerd\]/)
  })

  it('names the file of RKE2 beside that of k3s', async () => {
    const { stdout, stderr } = await importOf({
      '/etc/rancher/k3s/registries.yaml': K3S,
      '/etc/rancher/rke2/registries.yaml': K3S.replace('k3s.example', 'rke2.example'),
    })
    assert.doesNotMatch(stdout, /rke2\.example/)
    assert.match(stderr, /regmirror import --from \S+\/etc\/rancher\/rke2\/registries\.yaml/)
  })

  it('leaves the login of a registry in registries.yaml, and the list fits k3s', async () => {
    const file = `${K3S}configs:\n  private.example:\n    auth: {username: u, password: planted}\n    tls: {insecure_skip_verify: true}\n  other.example:\n    auth: {username: u, password: planted}\n`
    await withDirectory(async home => {
      const [root, list] = [path.join(home, 'node'), path.join(home, 'mirrors.toml')]
      await fs.mkdir(path.join(root, 'etc/rancher/k3s'), { recursive: true })
      await fs.writeFile(path.join(root, 'etc/rancher/k3s/registries.yaml'), file)
      const imported = await run(['import', '--root', root, '-o', list])
      assert.equal(imported.code, 0, imported.stderr)
      const text = await fs.readFile(list, 'utf8')
      assert.match(
        text,
        /\[registries\."private\.example"\]\nserver = \{ url = "https:\/\/private\.example", skip_verify = true \}/,
      )
      assert.doesNotMatch(text, /other\.example|Authorization/)
      assert.match(imported.stderr, /registries\.yaml:\d+: the login for other\.example stays in this file/)
      const plan = await run(['plan', '--root', root, '-f', list])
      assert.equal(plan.code, 0, plan.stderr)
      assert.match(plan.stdout, /^nothing to do/)
    })
  })

  it('finds no fallback where the node flag forbids it', async () => {
    const { stdout } = await importOf({
      '/etc/rancher/k3s/registries.yaml': `${K3S}  quay.io:\n    endpoint: [https://q.example, quay.io]\n`,
      '/etc/rancher/k3s/config.yaml': 'disable-default-registry-endpoint: true\n',
    })
    assert.match(
      stdout,
      /k3s\.example"\]\nfallback = false\n\n\[registries\."quay\.io"\]\nmirrors = \["https:\/\/q\.example"\]\n\n/,
    )
  })

  it('knows every kind of file that it recognizes, and that --from-format names', async () => {
    const loaded = await loadTargets(targets, Object.keys(targets))
    const kinds = Object.keys(documentKinds(loaded)).sort()
    assert.deepEqual([...(importFlags.fromFormat.choices ?? [])].sort(), kinds)
  })

  it('takes a registry from the last file of registries.conf.d that has it', async () => {
    const registry = (mirror: string) =>
      `[[registry]]\nlocation = "quay.io"\n[[registry.mirror]]\nlocation = "${mirror}"\n`
    const { stdout } = await importOf({
      '/etc/containers/registries.conf': registry('main.example'),
      '/etc/containers/registries.conf.d/10-a.conf': registry('a.example'),
      '/etc/containers/registries.conf.d/20-b.conf': registry('b.example'),
    })
    assert.match(stdout, /mirrors = \["https:\/\/b\.example"\]/)
    assert.doesNotMatch(stdout, /\ba\.example|main/)
  })

  it('names the reason where a file cannot be read, and lists nothing', async () => {
    const { code, stdout, stderr } = await importOf({ '/etc/docker/daemon.json': '{"registry-mirrors": [' })
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, /no mirrors found on this node/)
    assert.match(stderr, /\/etc\/docker\/daemon\.json:1/)
  })
})
