/** The command doctor: what it says, what it corrects, and its exit codes. The findings themselves: doctor-findings.spec.ts. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { commonRules } from '../lib/doctor/rules.ts'
import { containerd } from '../lib/targets/containerd/containerd.ts'
import { withRulesTable } from '../tools/doctor.ts'
import { diagnoseRoot, inShort, readCase, writeFixture } from './support/fixture-node.ts'
import { ROOT } from './support/load.ts'
import { takeSnapshot } from './support/node-snapshot.ts'
import { run } from './support/run.ts'
import { withDirectory, writeTree } from './support/tree.ts'

const CONFIG = '/etc/containerd/config.toml'
const CRI = 'plugins."io.containerd.grpc.v1.cri"'
const GOOD = `version = 2\n[${CRI}.registry]\nconfig_path = "/etc/containerd/certs.d"\n`
/** Has a finding of each kind of fix: a table, a value, a byte order mark, a mode. The tree is written as Latin-1. */
const BROKEN = `\xef\xbb\xbf# mine\n${GOOD}[${CRI}.registry.mirrors."docker.io"]\n\n[plugins."io.containerd.transfer.v1.local"]\nconfig_path = "/x"\n[${CRI}.registry.configs."x".auth]\npassword = "planted-7c1e"\n`

/** Runs `use` with a node that has these files, and the flags for it. */
const withNode = (files: Record<string, string>, use: (node: string, flags: string[]) => Promise<void>) =>
  withDirectory(async home => {
    const node = path.join(home, 'node')
    await fs.mkdir(node)
    await writeTree(node, files)
    await use(node, ['--root', node])
  })
const doctor = (flags: string[], ...more: string[]) => run(['doctor', ...flags, ...more])
const asRoot = { uid: process.geteuid?.() ?? 0 }

describe('doctor', () => {
  it('says what was checked where it finds nothing', () =>
    withNode({ [CONFIG]: GOOD }, async (_, flags) => {
      const { code, stdout, stderr } = await doctor(flags)
      assert.deepEqual([code, stderr], [0, ''])
      assert.match(stdout, /^no findings\nchecked \d+ rules of containerd: .*config\.toml and 0 imports/)
    }))

  it('exits 1 for an error, with --strict for a warning, and 0 for a note', async () => {
    const codes = async (config: string, ...more: string[]) => {
      let code = -1
      await withNode({ [CONFIG]: config }, async (_, flags) => {
        code = (await doctor(flags, ...more)).code
      })
      return code
    }
    const warning = `${GOOD}[${CRI}.registry.configs."x".auth]\npassword = "p"\n`
    assert.equal(await codes('version = \n'), 1)
    assert.equal(await codes(warning), 0)
    assert.equal(await codes(warning, '--strict'), 1)
    assert.equal(await codes(GOOD, '--strict'), 0)
    assert.equal(await codes(GOOD, '--check'), 2)
  })

  it('shows each finding with its consequence and its cure, at any width', () =>
    withNode({ [CONFIG]: BROKEN }, async (_, flags) => {
      const { stdout } = await doctor(flags)
      assert.match(
        stdout,
        /^error: \/etc\/containerd\/config\.toml:5: .* \(legacy_tables\)\n {2}the CRI plugin .*\n {2}cure: /,
      )
      assert.match(stdout, /\n1 error, 2 warnings, 1 note; regmirror doctor --fix corrects 4 of them\n/)
      assert.doesNotMatch(stdout, /planted-7c1e/)
      for (const columns of [60, 80, 120]) {
        const narrow = await run(['doctor', ...flags], {}, { isTTY: true, columns })
        const lines = stripVTControlCharacters(narrow.stdout).split('\n')
        const isWord = (line: string) => /^\s*\S+$/.test(line)
        assert.deepEqual(
          lines.filter(line => line.length > columns && !isWord(line)),
          [],
        )
      }
    }))

  it('corrects what is safe, and restore puts every byte and mode back', () =>
    withNode({ [CONFIG]: BROKEN }, async (node, flags) => {
      const before = await takeSnapshot(node)
      const check = await run(['doctor', ...flags, '--fix', '--check'], asRoot)
      assert.equal(check.code, 1)
      assert.match(check.stdout, /-\[plugins.*mirrors\."docker\.io"\]/)
      assert.deepEqual(await takeSnapshot(node), before)
      const { code, stdout } = await run(['doctor', ...flags, '--fix'], asRoot)
      assert.equal(code, 0, stdout)
      assert.doesNotMatch(check.stdout + stdout, /planted-7c1e/)
      assert.match(stdout, /^updated \/etc\/containerd\/config\.toml\n/)
      assert.match(stdout, /\nrestart containerd: /)
      assert.match(stdout, /\nno findings\n/)
      assert.equal((await fs.stat(path.join(node, CONFIG))).mode & 0o777, 0o600)
      const again = await run(['doctor', ...flags, '--fix', '--check'], asRoot)
      assert.equal(again.code, 0, again.stdout)
      const restored = await run(['restore', ...flags], asRoot)
      assert.equal(restored.code, 0, restored.stderr)
      assert.deepEqual(await takeSnapshot(node), before)
    }))

  it('restores a corrected file that was changed since only with --overwrite', () =>
    withNode({ [CONFIG]: BROKEN }, async (node, flags) => {
      const before = await takeSnapshot(node)
      await run(['doctor', ...flags, '--fix'], asRoot)
      await fs.appendFile(path.join(node, CONFIG), '# changed\n')
      const refused = await run(['restore', ...flags], asRoot)
      assert.equal(refused.code, 2)
      assert.match(refused.stderr, /config\.toml: was changed outside regmirror .*--overwrite/)
      const restored = await run(['restore', ...flags, '--overwrite'], asRoot)
      assert.equal(restored.code, 0, restored.stderr)
      assert.deepEqual(await takeSnapshot(node), before)
    }))

  it('corrects a file that apply changes then; restore still puts the first original back', () =>
    withNode(
      { [CONFIG]: BROKEN.replace('config_path = "/etc/containerd/certs.d"\n', '') },
      async (node, flags) => {
        const before = await takeSnapshot(node)
        const list = path.join(path.dirname(node), 'mirrors.toml')
        await fs.writeFile(
          list,
          'version = 1\n[registries."quay.io"]\n[targets.containerd]\nversion = "1.7"\n',
          {
            mode: 0o600,
          },
        )
        await run(['doctor', ...flags, '--fix'], asRoot)
        // The mirrors table is allowed as long as config_path is not set.
        await fs.writeFile(list, `${await fs.readFile(list, 'utf8')}config = false\n`)
        const unmanaged = await run(['apply', ...flags, '-f', list], asRoot)
        assert.equal(unmanaged.code, 0, unmanaged.stderr)
        assert.doesNotMatch(unmanaged.stdout, /config\.toml/)
        const restored = await run(['restore', ...flags], asRoot)
        assert.equal(restored.code, 0, restored.stderr)
        assert.deepEqual(await takeSnapshot(node), before)
      },
    ))

  it('corrects a file in which apply has set a value; restore removes both', () =>
    withNode({ [CONFIG]: BROKEN.replace(/\[[^\n]*mirrors[^\n]*\n/, '') }, async (node, flags) => {
      const before = await takeSnapshot(node)
      const list = path.join(path.dirname(node), 'mirrors.toml')
      const text =
        'version = 1\n[registries."quay.io"]\n[targets.containerd]\nversion = "1.7"\nhosts_dir = "/etc/containerd/c"\n'
      await fs.writeFile(list, text, { mode: 0o600 })
      for (const command of [
        ['apply', ...flags, '-f', list],
        ['doctor', ...flags, '-f', list, '--fix'],
        ['apply', ...flags, '-f', list],
      ]) {
        const { code, stderr, stdout } = await run(command, asRoot)
        assert.equal(code, 0, `${command}: ${stdout}${stderr}`)
      }
      assert.match(await fs.readFile(path.join(node, CONFIG), 'utf8'), /"\/etc\/containerd\/c"/)
      const restored = await run(['restore', ...flags], asRoot)
      assert.equal(restored.code, 0, restored.stderr)
      assert.deepEqual(await takeSnapshot(node), before)
    }))

  it('says where list and node differ, and works with a default list that is invalid', () =>
    withNode({ [CONFIG]: GOOD }, async (node, flags) => {
      const file = path.join(node, 'etc/regmirror/mirrors.toml')
      await fs.mkdir(path.dirname(file), { recursive: true })
      await fs.writeFile(file, 'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n')
      const { code, stdout } = await run(['doctor', ...flags], asRoot)
      assert.equal(code, 0)
      assert.match(
        stdout,
        /warning: .*mirrors\.toml: 1 file differs from this list: .*hosts\.toml \(list_differs\)/,
      )
      await run(['apply', ...flags], asRoot)
      assert.match((await run(['doctor', ...flags], asRoot)).stdout, /^no findings\n/)
      await fs.writeFile(file, 'version = 1\nregistrys = 3\n')
      const invalid = await run(['doctor', ...flags], asRoot)
      assert.equal(invalid.code, 1)
      assert.match(invalid.stdout, /error: .*mirrors\.toml:2: .*registrys.* \(list_invalid\)/)
      assert.equal((await run(['doctor', ...flags, '-f', file], asRoot)).code, 2)
    }))

  it('repeats the list and the root in cures', () =>
    withNode({ [CONFIG]: GOOD, '/etc/containerd/certs.d/ghcr.io': '-> /nowhere' }, async (node, flags) => {
      const list = path.join(path.dirname(node), 'my mirrors.toml')
      await fs.writeFile(list, 'version = 1\n[registries."quay.io"]\n')
      const { stdout } = await run(['doctor', ...flags, '-f', list, '--allow-files-from', '/srv'], asRoot)
      const named = `--root ${node} -f '${list}' --allow-files-from /srv`
      assert.ok(stdout.includes(`cure: run regmirror plan ${named} to see the differences`), stdout)
      assert.ok(stdout.includes(`and regmirror apply ${named} to write them`), stdout)
    }))

  it('gives the one reason for which a list cannot be planned once', () =>
    withNode({ [CONFIG]: 'version = 9\n' }, async (node, flags) => {
      const list = path.join(path.dirname(node), 'mirrors.toml')
      await fs.writeFile(list, 'version = 1\n[registries."quay.io"]\n')
      const { stdout } = await run(['doctor', ...flags, '-f', list], asRoot)
      assert.match(stdout, /cannot plan this list here: [^\n]*config\.toml: .* \(list_refused\)\n/)
      assert.doesNotMatch(stdout, /every reason|1 reason/)
    }))

  it('says how to name a release that is not known', () =>
    withNode({ [CONFIG]: GOOD }, async (_, flags) =>
      assert.match(
        (await doctor(flags)).stdout,
        /unknown version, .* \(to name it: version = "2\.1" in \[targets\.containerd\] of a list, with -f\)/,
      ),
    ))

  it('shows only what a correction changes', function () {
    if (process.geteuid?.() !== 0) this.skip()
    const files = { [CONFIG]: `${GOOD}[${CRI}.registry.configs."x".auth]\npassword = "planted-7c1e"\n` }
    return withNode(files, async (node, flags) => {
      const shown = async () => (await run(['doctor', ...flags, '--fix', '--check'], asRoot)).stdout
      const own = await shown()
      assert.match(own, /mode 0644 becomes 0600/)
      assert.doesNotMatch(own, /owner \d/)
      await fs.chown(path.join(node, CONFIG), 1234, 1234)
      assert.match(await shown(), /owner 1234 becomes the user who runs regmirror/)
    })
  })

  it('names a file that no user can read', () =>
    withNode({ [CONFIG]: '-> /nowhere.toml' }, async (_, flags) => {
      const { code, stdout } = await doctor(flags)
      assert.equal(code, 1)
      assert.match(stdout, /^error: \/etc\/containerd\/config\.toml: .*does not exist \(file_unusable\)/)
    }))

  it('names a file that this user may not read, and reports nothing that depends on it', () =>
    withNode(
      { [CONFIG]: 'version = 2\n', '/etc/containerd/certs.d/quay.io/hosts.toml': '[host]\n' },
      async (node, flags) => {
        await fs.chmod(path.join(node, CONFIG), 0)
        await fs.chmod(path.dirname(node), 0o755)
        const hosts = '/etc/containerd/certs.d/quay.io/hosts.toml'
        await fs.chmod(path.join(node, hosts), 0o600)
        const { status, stdout, stderr } = runAsUser(['doctor', ...flags])
        assert.equal(status, 0, stderr)
        assert.match(stdout, new RegExp(`^not checked: ${hosts}: .*permission denied`, 'm'))
        assert.match(stdout, /^not checked: \/etc\/containerd\/config\.toml: .*permission denied/m)
        assert.match(stdout, /\nno findings in the files that could be read\n/)
      },
    ))
})

const nodesOf = (kind: 'doctor' | 'plausible') =>
  readdirSync(path.join(ROOT, 'fixtures', kind)).map(name => ({
    ...{ name: `${kind}/${name}`, one: readCase(path.join(ROOT, 'fixtures', kind, name)) },
  }))

/** Root may read every file. */
function runAsUser(args: readonly string[]) {
  const user = process.geteuid?.() === 0 ? { uid: 1000, gid: 1000 } : {}
  const command = [path.join(ROOT, 'test/support/cli.ts'), ...args]
  return spawnSync(process.execPath, command, { encoding: 'utf8', ...user })
}

describe('rules of doctor', () => {
  const folder = path.join(ROOT, 'fixtures/doctor')
  const cases = readdirSync(folder).map(name => readCase(path.join(folder, name)))
  const seen = new Set(cases.flatMap(({ findings = [] }) => findings.map(text => text.split(' ')[1])))
  /** They need a running daemon, or files of another kind: doctor.spec.ts here and in e2e. */
  const ELSEWHERE = [
    'config_not_read',
    'restart_pending',
    'proxied_mirror',
    'file_unusable',
    'written_by_other',
  ]

  it('have a node with their finding each', async () => {
    const { rules } = await containerd.doctor()
    const codes = [...rules, ...commonRules].map(({ code }) => code)
    assert.equal(new Set(codes).size, codes.length)
    assert.deepEqual(
      codes.filter(code => !seen.has(code) && !ELSEWHERE.includes(code)),
      [],
    )
  })

  it('have a file each, which cites the runtime', async () => {
    const { rules } = await containerd.doctor()
    for (const { code } of rules.filter(({ code }) => code !== 'key_readable')) {
      const file = path.join(ROOT, `lib/targets/containerd/doctor/rules/${code.replaceAll('_', '-')}.ts`)
      assert.ok(existsSync(file), file)
      assert.match(readFileSync(file, 'utf8'), /@v?\d|test\/e2e\//, file)
    }
  })

  it('have no finding of a severity that docs/doctor.md does not name', async () => {
    const { rules } = await containerd.doctor()
    const all = [...rules, ...commonRules]
    const named = new Map(
      all.map(({ code, severity, also }) => [code, [severity, ...Object.keys(also ?? {})]]),
    )
    for (const { one, name } of [...nodesOf('doctor'), ...nodesOf('plausible')])
      await withDirectory(async root => {
        await writeFixture(path.join(ROOT, 'fixtures', name), root, one)
        // A release without its patch number is not known exactly.
        const found = one.version?.split('.').length === 3 ? await diagnoseRoot(root, one.version) : []
        for (const { code, severity } of found)
          assert.ok(named.get(code)?.includes(severity), `${name} ${code}`)
      })
  })

  it('print the example of docs/doctor.md', () =>
    withNode(
      {
        [CONFIG]: GOOD.replace('certs.d"', 'certs.d:/etc/docker/certs.d"'),
        '/etc/containerd/certs.d/quay.io/hosts.toml':
          'server = "https://quay.io"\n[host."https://m.example"]\n',
      },
      async (node, flags) => {
        const list = path.join(path.dirname(node), 'mirrors.toml')
        await fs.writeFile(
          list,
          'version = 1\n[registries."quay.io"]\n[targets.containerd]\nversion = "2.1.9"\n',
        )
        const { stdout } = await run(['doctor', ...flags, '-f', list])
        const [finding = ''] = stdout.split('\n\n').filter(text => text.includes('(config_path_list)'))
        const document = readFileSync(path.join(ROOT, 'docs/doctor.md'), 'utf8')
        assert.equal(/```text\n([\s\S]*?)\n```/.exec(document)?.[1], finding)
      },
    ))

  it('are in docs/doctor.md: run npm run findings', async () => {
    const document = readFileSync(path.join(ROOT, 'docs/doctor.md'), 'utf8')
    assert.equal(await withRulesTable(document), document)
  })

  it('find nothing in the default config of any release', async () => {
    for (const name of readdirSync(path.join(ROOT, 'fixtures/containerd-default'))) {
      const text = readFileSync(path.join(ROOT, 'fixtures/containerd-default', name), 'utf8')
      await withNode({ [CONFIG]: text }, async node => {
        const version = name.replace('.toml', '')
        for (const known of [version, undefined])
          assert.deepEqual((await diagnoseRoot(node, known)).map(inShort), [], `${name} ${known}`)
      })
    }
  })

  it('with fixes change nothing that is not broken: the corrected node has no finding of that rule', async () => {
    for (const name of readdirSync(folder)) {
      const one = readCase(path.join(folder, name))
      await withDirectory(async root => {
        await writeFixture(path.join(folder, name), root, one)
        const fixable = (await diagnoseRoot(root, one.version)).filter(finding => finding.fixable)
        if (fixable.length === 0) return
        const list = path.join(root, 'mirrors.toml')
        const version = one.version === undefined ? '' : `[targets.containerd]\nversion = "${one.version}"\n`
        await fs.writeFile(list, `version = 1\n[registries."unlisted.test"]\n${version}`, { mode: 0o600 })
        const { stderr } = await run(['doctor', '--root', root, '-f', list, '--fix'], asRoot)
        const left = (await diagnoseRoot(root, one.version)).filter(finding => finding.fixable)
        assert.deepEqual(left.map(inShort), [], `${name} ${stderr}`)
      })
    }
  })
})
