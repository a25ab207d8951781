/** Restoring a node: as a whole, in part, and after changes outside regmirror. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { CONFIG, hostsFile, withNode } from './support/node.ts'
import { type Ran, run } from './support/run.ts'
import { readTree, type Tree, withDirectory, writeTree } from './support/tree.ts'

const [DOCKER, QUAY] = [hostsFile('docker.io'), hostsFile('quay.io')]
const KEY = '[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n'

const LIST = `version = 1
[registries."docker.io"]
mirrors = ["https://a.example"]
[registries."quay.io"]
mirrors = ["https://b.example"]
[targets.containerd]
version = "1.7"
`

const before: Tree = {
  [CONFIG]: 'version = 2\n# mine\n',
  [DOCKER]: '# by hand\n',
  'etc/containerd/certs.d/docker.io/notes': 'mine\n',
  'var/lib/other/': undefined,
}

/** A node with the list applied to it. */
interface Node {
  readonly root: string
  readonly command: (...args: string[]) => Promise<Ran>
  readonly write: (file: string, text: string) => Promise<void>
  readonly tree: () => Promise<Tree>
}

const onNode = (use: (node: Node) => Promise<void>, tree = before) =>
  withNode(
    tree,
    async node => {
      const applied = await node.run('apply')
      assert.equal(applied.code, 0, applied.stderr)
      const write = (file: string, text: string) => fs.writeFile(node.at(file), text)
      await use({ root: node.root, command: node.run, write, tree: () => readTree(node.root) })
    },
    LIST,
  )

describe('restore', () => {
  it('leaves no trace', () =>
    onNode(async ({ command, tree }) => {
      const { code, stdout } = await command('restore')
      assert.equal(code, 0)
      assert.match(stdout, /^0 created, 2 updated, 1 deleted, 0 unchanged$/m)
      assert.deepEqual(await tree(), before)
    }))

  it('restores a registry immediately, and config.toml after a restart', () =>
    onNode(async ({ command }) => {
      const one = await command('restore', '--check', '--file', `/${DOCKER}`)
      assert.match(one.stdout, /takes effect immediately; as it was before regmirror/)
      assert.match(one.stdout, /^no restart required$/m)
      const all = await command('restore', '--check')
      assert.match(all.stdout, /takes effect after a restart; /)
      assert.match(all.stdout, /^restart containerd: /m)
    }))

  it('leaves no trace on an empty node', () =>
    onNode(async ({ command, tree }) => {
      await command('restore')
      assert.deepEqual(await tree(), {})
    }, {}))

  it('removes the empty state folder of a run that was killed before its journal', () =>
    withNode({ 'var/lib/regmirror/': undefined, 'var/lib/other/': undefined }, async node => {
      const { code, stdout } = await node.run('restore')
      assert.equal(code, 0)
      assert.match(stdout, /^nothing to restore/)
      assert.deepEqual(await readTree(node.root), { 'var/lib/other/': undefined })
    }))

  const ORIGINALS = 'var/lib/regmirror/originals'
  it('refuses an original that was changed, and writes nothing', () =>
    onNode(async ({ root, command, write, tree }) => {
      const state = JSON.parse(await fs.readFile(path.join(root, 'var/lib/regmirror/state.json'), 'utf8'))
      const { kept, digest } = state.files[`/${DOCKER}`].original
      await write(`${ORIGINALS}/${kept}`, '# by somebody else\n')
      const found = await tree()
      const { code, stderr } = await command('restore')
      assert.equal(code, 2)
      assert.match(
        stderr,
        /docker\.io\/hosts\.toml: its original in \S+ was changed outside regmirror; copy the file with sha256/,
      )
      assert.match(stderr, new RegExp(digest))
      assert.deepEqual(await tree(), found)
      await write(`${ORIGINALS}/${kept}`, before[DOCKER] as string)
      assert.equal((await command('restore')).code, 0)
      assert.deepEqual(await tree(), before)
    }))

  it('accepts an original without a digest', () =>
    onNode(async ({ root, command, write, tree }) => {
      const file = 'var/lib/regmirror/state.json'
      const text = await fs.readFile(path.join(root, file), 'utf8')
      // The remedy for a changed original is to remove this line.
      const older = text.replace(/(^ +"kept": .*\n) +"digest": .*\n/gm, '$1')
      assert.notEqual(older, text)
      await write(file, older)
      assert.equal((await command('restore')).code, 0)
      assert.deepEqual(await tree(), before)
    }))

  it('names the unit that would write the node again', () =>
    onNode(async ({ root, command }) => {
      const wants = path.join(root, 'etc/systemd/system/multi-user.target.wants')
      await writeTree(wants, { 'regmirror-bootstrap.service': '-> /unit', 'sshd.service': '' })
      const said =
        /^notice: .*regmirror-bootstrap\.service is enabled and writes this node again at the next boot; disable it: systemctl --root=\S+ disable/m
      assert.match((await command('restore', '--check')).stderr, said)
      assert.doesNotMatch((await command('restore', '--file', `/${DOCKER}`)).stderr, said)
      assert.match((await command('restore')).stderr, said)
    }))

  it('keeps a registry directory that was empty before', () => {
    const empty: Tree = { 'etc/containerd/certs.d/quay.io/': undefined }
    return onNode(async ({ command, tree }) => {
      await command('restore')
      assert.deepEqual(await tree(), empty)
    }, empty)
  })

  it('restores modes', () =>
    withDirectory(async home => {
      const [root, list] = [path.join(home, 'node'), path.join(home, 'mirrors.toml')]
      await writeTree(root, before)
      await fs.writeFile(list, LIST)
      await fs.chmod(path.join(root, CONFIG), 0o640)
      await fs.chmod(path.join(root, DOCKER), 0o604)
      await run(['apply', '--root', root, '-f', list])
      await fs.chmod(path.join(root, CONFIG), 0o600)
      assert.equal((await run(['restore', '--root', root])).code, 0)
      const mode = async (file: string) => (await fs.stat(path.join(root, file))).mode & 0o777
      assert.deepEqual([await mode(CONFIG), await mode(DOCKER)], [0o640, 0o604])
    }))

  it('shows the difference with --check, exits 1, and writes nothing', () =>
    onNode(async ({ command, tree }) => {
      const applied = await tree()
      const { code, stdout } = await command('restore', '--check')
      assert.equal(code, 1)
      assert.match(stdout, /^ {2}-server = "https:\/\/quay\.io"$/m)
      assert.match(stdout, /^ {2}\+# by hand$/m)
      assert.match(stdout, /0 to create, 2 to update, 1 to delete/)
      assert.deepEqual(await tree(), applied)
    }))

  it('has nothing to do on a node without managed files', () =>
    onNode(async ({ command }) => {
      await command('restore')
      for (const args of [[], ['--check']]) {
        const { code, stdout } = await command('restore', ...args)
        assert.deepEqual([code, stdout], [0, 'nothing to restore: regmirror manages no files on this node\n'])
      }
    }))

  it('restores one file, and the rest later', () =>
    onNode(async ({ command, tree }) => {
      const { code } = await command('restore', '--file', `/${DOCKER}`)
      assert.equal(code, 0)
      assert.equal((await tree())[DOCKER], before[DOCKER])
      assert.match((await tree())[QUAY] ?? '', /b\.example/)
      await command('restore')
      assert.deepEqual(await tree(), before)
    }))

  it('refuses a file that is not managed, and an invalid duration', () =>
    onNode(async ({ command }) => {
      const unknown = await command('restore', '--file', '/etc/passwd')
      assert.equal(unknown.code, 2)
      assert.match(unknown.stderr, /^error: \/etc\/passwd: is not managed by regmirror; /)
      const waiting = await command('restore', '--lock-timeout', 'soon')
      assert.match(
        waiting.stderr,
        /^error: --lock-timeout soon is not a duration; write a number and a unit \(ms, s, m or h\), such as 30s\n$/,
      )
    }))

  it('refuses to overwrite changes made outside regmirror, unless --overwrite is given', () =>
    onNode(async ({ command, write, tree }) => {
      await write(DOCKER, '# Ansible managed\nserver = "https://theirs.example"\n')
      const now = await tree()
      const { code, stderr } = await command('restore')
      assert.equal(code, 2)
      assert.match(
        stderr,
        /hosts\.toml: was changed by ansible since regmirror wrote it at 2026-01-02T03:04:05\.000Z; /,
      )
      assert.deepEqual(await tree(), now)
      assert.equal((await command('restore', '--overwrite')).code, 0)
      assert.deepEqual(await tree(), before)
    }))

  it('shows with --check what would be restored, also where a file is in the way', () =>
    onNode(async ({ command, write, tree }) => {
      await write(DOCKER, '# changed since\n')
      const changed = await tree()
      const { code, stdout, stderr } = await command('restore', '--check')
      assert.equal(code, 2)
      assert.match(stdout, new RegExp(`^delete /${QUAY}$`, 'm'))
      assert.match(stdout, new RegExp(`^update /${CONFIG}$`, 'm'))
      assert.match(
        stderr,
        new RegExp(`^error: /${DOCKER}: was changed outside regmirror since .*--overwrite`, 'm'),
      )
      assert.match(stderr, /^error: 1 file is in the way, so regmirror restore would change nothing$/m)
      const report = JSON.parse((await command('restore', '--check', '--format', 'json')).stdout)
      assert.deepEqual(
        report.conflicts.map(({ file }: { file: string }) => file),
        [`/${DOCKER}`],
      )
      assert.equal(report.changes.length, 2)
      assert.deepEqual(await tree(), changed)
    }))

  it('accepts files that were put back by hand or removed', () =>
    onNode(async ({ root, command, write, tree }) => {
      await write(DOCKER, '# by hand\n')
      await fs.rm(path.join(root, QUAY))
      await fs.rmdir(path.dirname(path.join(root, QUAY)))
      await fs.rm(path.join(root, CONFIG))
      assert.equal((await command('restore')).code, 0)
      assert.deepEqual(await tree(), before)
    }))

  it('removes only its value from a file that has changed since', () =>
    onNode(async ({ command, write, tree }) => {
      const theirs = '[debug]\n  level = "info" # new\n'
      await write(CONFIG, `${(await tree())[CONFIG]}${theirs}`)
      const { code, stdout } = await command('restore')
      assert.equal(code, 0)
      assert.match(stdout, /restores config_path; keeps later changes in the rest of the file/)
      assert.deepEqual(await tree(), { ...before, [CONFIG]: `${before[CONFIG]}${theirs}` })
    }))

  it('restores the old value in a file that has changed since', () => {
    const was = { ...before, [CONFIG]: `version = 2\n${KEY.replace('/etc/containerd/certs.d', '')}` }
    return onNode(async ({ command, write, tree }) => {
      await write(CONFIG, `# theirs\n${(await tree())[CONFIG]}`)
      await command('restore')
      assert.deepEqual(await tree(), { ...was, [CONFIG]: `# theirs\n${was[CONFIG]}` })
    }, was)
  })

  it('keeps a value that was changed outside regmirror, with a notice', () =>
    onNode(async ({ command, write, tree }) => {
      const theirs = (await tree())[CONFIG]?.replace('/etc/containerd/certs.d', '/srv/certs.d') as string
      await write(CONFIG, theirs)
      const { code, stderr } = await command('restore')
      assert.equal(code, 0)
      assert.match(
        stderr,
        /config\.toml: config_path was changed outside regmirror; regmirror keeps the change/,
      )
      assert.deepEqual(await tree(), { ...before, [CONFIG]: theirs })
    }))

  it('keeps a file that it created and that was edited since', () =>
    onNode(async ({ command, write, tree }) => {
      await write(CONFIG, `${(await tree())[CONFIG]}[debug]\n`)
      await command('restore')
      assert.deepEqual(await tree(), { [CONFIG]: 'version = 2\n[debug]\n' })
    }, {}))

  it('keeps other files beside the managed ones', () =>
    onNode(async ({ command, write, tree }) => {
      await write('etc/containerd/certs.d/quay.io/notes', 'theirs\n')
      await command('restore')
      assert.deepEqual(await tree(), { 'etc/containerd/certs.d/quay.io/notes': 'theirs\n' })
    }, {}))

  it('reports in JSON what it did, or would do with --check', () =>
    onNode(async ({ command }) => {
      const asked = JSON.parse((await command('restore', '--check', '--format', 'json')).stdout)
      const done = JSON.parse((await command('restore', '--format', 'json')).stdout)
      assert.deepEqual(
        [asked.kind, asked.check, done.kind, done.check],
        ['restore', true, 'restore', undefined],
      )
      assert.deepEqual(asked.changes, done.changes)
      assert.deepEqual(
        done.restart.map(({ command }: { command: string }) => command),
        ['systemctl restart containerd'],
      )
    }))
})

describe('drift', () => {
  it('is reported apart from a change of the list, with the time and the other program', () =>
    onNode(async ({ root, command, write }) => {
      await write(QUAY, '# File generated by k3s. DO NOT EDIT.\n')
      await fs.utimes(path.join(root, QUAY), new Date(), new Date(Date.UTC(2026, 0, 3)))
      const refused = await command('plan')
      assert.match(refused.stderr, /k3s writes this file and would overwrite the mirrors of the list/)
      const plan = await command('plan', '--take-over')
      assert.match(
        plan.stderr,
        /hosts\.toml: was changed by k3s at 2026-01-03T00:00:00\.000Z \(regmirror wrote it at 2026-01-02T03:04:05\.000Z\); regmirror undoes the change and keeps the changed file in/,
      )
      assert.match(plan.stdout, /takes effect immediately; changed outside regmirror: 1 mirror for quay\.io/)
      const report = JSON.parse((await command('plan', '--take-over', '--format', 'json')).stdout)
      assert.deepEqual(
        report.changes.map(({ cause }: { cause: string }) => cause),
        ['drift'],
      )
    }))

  it('is also a removed file, and a changed value in the file of another program', () =>
    onNode(async ({ root, command, write, tree }) => {
      await fs.rm(path.join(root, DOCKER))
      await write(CONFIG, ((await tree())[CONFIG] as string).replace('/etc/containerd/certs.d', ''))
      const { stdout, stderr } = await command('plan', '--format', 'json')
      const { changes, notices } = JSON.parse(stdout)
      assert.equal(stderr, '')
      assert.deepEqual(
        changes.map(({ path: file, cause }: { path: string; cause: string }) => [file, cause]),
        [
          [`/${DOCKER}`, 'drift'],
          [`/${CONFIG}`, 'drift'],
        ],
      )
      assert.match(JSON.stringify(notices), /was removed outside regmirror \(regmirror wrote it/)
      assert.match(JSON.stringify(notices), /its config_path was changed outside regmirror at/)
    }))

  it('is not reported where the rest of such a file changes', () =>
    onNode(async ({ command, write, tree }) => {
      await write(CONFIG, `${(await tree())[CONFIG]}[debug]\n`)
      assert.match((await command('plan')).stdout, /^nothing to do/)
    }))
})
