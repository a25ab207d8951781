/** Which running containerd the files are for, from processes that are handed in. */
import assert from 'node:assert/strict'
import { issueText } from '../../../lib/model/errors.ts'
import { readState } from '../../../lib/ownership/state.ts'
import { readBootClock } from '../../../lib/system/boot-clock.ts'
import type { TrustedProcess, UntrustedProcess } from '../../../lib/system/trusted-processes.ts'
import { openWriter } from '../../../lib/system/writer.ts'
import { containerd } from '../../../lib/targets/containerd/containerd.ts'
import { mirror, PLACE, registry } from '../../support/lists.ts'
import { type Tree, withDirectory, writeTree } from '../../support/tree.ts'

const DEFAULT = '/etc/containerd/config.toml'

interface Node {
  readonly trusted?: readonly TrustedProcess[]
  readonly untrusted?: readonly UntrustedProcess[]
  /** Programs that are installed. */
  readonly programs?: Readonly<Record<string, string>>
  readonly tree?: Tree
  readonly settings?: Readonly<Record<string, unknown>>
}

/** A process of root that runs containerd with these arguments. */
function daemon(
  pid: number,
  args: string,
  parent = 'systemd',
  more: Partial<TrustedProcess> = {},
): TrustedProcess {
  const identity = { pid, name: 'containerd', uids: [0], inContainer: false, startTicks: pid }
  const origin = { parent, unit: 'containerd.service' }
  const words = ['containerd', ...args.split(' ').filter(Boolean)]
  const place = { executable: '/usr/bin/containerd', origin, directory: '/', rootDirectory: '/' }
  return { identity, startedAt: pid, args: words, ...place, ...more }
}

async function planOn({ trusted = [], untrusted = [], programs = {}, tree = {}, settings = {} }: Node) {
  return await withDirectory(async root => {
    await writeTree(root, tree)
    const node = openWriter(root)
    // With files, the root of the processes is that of the node.
    const rootDirectory = Object.keys(tree).length === 0 ? '/' : root
    const seen = trusted.map(one => ({ ...one, rootDirectory }))
    const machine = {
      files: node,
      run: async (program: string) =>
        program in programs
          ? {
              code: 0,
              stdout: `containerd github.com/containerd/containerd ${programs[program]}\n`,
              stderr: '',
            }
          : undefined,
      processes: { find: async () => ({ trusted: seen, untrusted }), variables: async () => undefined },
      ...{ now: Date.now, bootClock: readBootClock },
    }
    const view = { node, uid: 0, state: await readState(node), machine }
    const registries = [registry('docker.io', [mirror('https://mirror.test')])]
    const snapshot = await containerd.observe(view, registries, containerd.settings.resolve(settings, PLACE))
    const { notices, conflicts, files } = containerd.render(registries, snapshot, { takeOver: false })
    const codes = notices.map(({ code }) => code)
    const written = Object.fromEntries(files.map(({ path, content }) => [path, String(content)]))
    return { codes, conflicts: conflicts.map(issueText), daemon: containerd.daemon.find(snapshot), written }
  })
}

const RELEASE = { containerd: '1.7.24' }

describe('the containerd that the files are for', () => {
  it('is the one that reads the config, and its own program prints the release', async () => {
    const programs = { containerd: '1.6.20', '/opt/bin/containerd': '2.1.4' }
    const one = daemon(812, '--state /run/c', 'systemd', { executable: '/opt/bin/containerd' })
    const { daemon: found, conflicts } = await planOn({ trusted: [one], programs })
    assert.deepEqual(conflicts, [])
    assert.deepEqual(found, {
      ...{ state: 'running', pid: 812, startedAt: 812, executable: '/opt/bin/containerd', config: DEFAULT },
      ...{ version: '2.1.4', stateDirectory: '/run/c', restart: 'systemctl restart containerd' },
      ...{ unit: 'containerd.service', address: '/run/containerd/containerd.sock' },
    })
  })

  const unread: readonly [title: string, processes: readonly TrustedProcess[], remedy: RegExp][] = [
    ['another path', [daemon(7, '-c /opt/c.toml')], /reads \/opt\/c\.toml; set config = "\/opt\/c\.toml" in/],
    [
      'a path below /usr',
      [daemon(7, '-c /usr/share/containerd/config.toml')],
      /--config \/etc\/.*systemctl edit/,
    ],
    ['rke2', [daemon(7, '-c /data/c.toml', 'rke2')], /of rke2 .*\/etc\/rancher\/rke2\/registries\.yaml/],
    ['k3s', [daemon(7, '-c /data/c.toml', 'k3s-server')], /of k3s .*\/etc\/rancher\/k3s\/registries\.yaml/],
    [
      'microk8s',
      [daemon(7, '--config /var/snap/microk8s/7/args/containerd.toml', 'systemd')],
      /of microk8s .*set config = false .*containerd-template\.toml/,
    ],
    ['k0s', [daemon(7, '--config=/run/k0s/containerd.toml', 'k0s')], /of k0s .*\/etc\/k0s\/containerd\.d/],
    [
      'Docker',
      [daemon(7, '--config /var/run/docker/containerd/containerd.toml', 'dockerd')],
      /of docker .*serves Docker/,
    ],
  ]
  for (const [title, trusted, remedy] of unread) {
    it(`is not there if the only one is that of ${title}`, async () => {
      const { conflicts } = await planOn({ trusted, programs: RELEASE })
      assert.equal(conflicts.length, 1)
      assert.match(conflicts[0] ?? '', remedy)
    })
  }

  describe('with a config.toml of the system', () => {
    const SYSTEM = 'usr/share/containerd/config.toml'
    const DROP_IN = '/etc/containerd/conf.d/zz-regmirror.toml'
    const trusted = [daemon(7, `-c /${SYSTEM}`)]
    const imports = 'imports = ["/etc/containerd/conf.d/*.toml"]\n'
    const on = (release: string, text: string, more: Tree = {}) =>
      planOn({ trusted, programs: { containerd: release }, tree: { [SYSTEM]: text, ...more } })

    it('gets the value in a file that it imports, with its version', async () => {
      for (const [version, table] of [
        [2, 'io.containerd.grpc.v1.cri'],
        [3, 'io.containerd.cri.v1.images'],
      ]) {
        const { conflicts, written, daemon: found } = await on('2.1.9', `version = ${version}\n${imports}`)
        assert.deepEqual(conflicts, [])
        assert.equal(found.state, 'running')
        assert.ok(!Object.keys(written).includes(`/${SYSTEM}`))
        assert.equal(
          written[DROP_IN],
          `version = ${version}\n\n[plugins."${table}".registry]\n  config_path = "/etc/containerd/certs.d"\n`,
        )
      }
    })

    it('gets none where it names the directory already', async () => {
      const text = `version = 2\n${imports}[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/etc/containerd/certs.d"\n`
      const { conflicts, written } = await on('2.1.9', text)
      assert.deepEqual(conflicts, [])
      assert.deepEqual(Object.keys(written), ['/etc/containerd/certs.d/docker.io/hosts.toml'])
    })

    it('is refused where 1.x would replace the whole section, and where it imports no such file', async () => {
      for (const [release, text] of [
        ['1.7.24', `version = 2\n${imports}`],
        ['2.1.9', 'version = 2\n'],
        ['2.1.9', 'version = 2\nimports = ["/usr/share/containerd/conf.d/*.toml"]\n'],
        ['2.1.9', 'version = 2\nimports = ["/etc/containerd/conf.d/*.toml", "/usr/share/last.toml"]\n'],
      ] as const) {
        const { conflicts } = await on(release, text)
        assert.equal(conflicts.length, 1)
        assert.match(conflicts[0] ?? '', /copy it to .*systemctl edit/)
      }
    })
  })

  it('is not that of Docker beside another one', async () => {
    const docker = daemon(7, '--config /run/docker/containerd/containerd.toml', 'dockerd')
    const { conflicts, codes } = await planOn({ trusted: [docker, daemon(8, '')], programs: RELEASE })
    assert.deepEqual([conflicts, codes.includes('other_config')], [[], false])
    const { conflicts: other } = await planOn({
      trusted: [docker, daemon(8, '-c /o/c.toml')],
      programs: RELEASE,
    })
    assert.equal(other.length, 1)
  })

  it('is not one without CRI beside that of k3s', async () => {
    const trusted = [daemon(7, ''), daemon(8, '-c /data/c.toml', 'k3s-agent')]
    const tree = { [DEFAULT]: '\ndisabled_plugins = ["cri"]\n' }
    const { conflicts } = await planOn({ trusted, tree, programs: RELEASE })
    assert.match(
      conflicts.join('\n'),
      /^\/etc\/containerd\/config\.toml:2: disabled_plugins turns CRI off here, and .*of k3s/,
    )
  })

  it('may be any if the list names the file: then another one is a notice', async () => {
    const trusted = [daemon(7, '-c /opt/c.toml')]
    const { conflicts, codes } = await planOn({ trusted, programs: RELEASE, settings: { config: DEFAULT } })
    assert.deepEqual([conflicts, codes.includes('other_config')], [[], true])
  })

  it('decides on the file with config = false', async () => {
    const certs =
      'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/opt/certs.d"\n'
    const trusted = [daemon(7, '-c /opt/c.toml')]
    const tree = { '/opt/c.toml': certs, [DEFAULT]: 'version = 2\n' }
    const withFalse = { trusted, tree, programs: RELEASE, settings: { config: false } }
    const { conflicts, codes, daemon: found } = await planOn(withFalse)
    assert.deepEqual(conflicts, [])
    assert.ok(!codes.includes('config_path_elsewhere'))
    assert.equal(found.state === 'running' && found.config, '/opt/c.toml')
  })

  it('may be one that is not trusted, but not one of another user', async () => {
    const trusted = [daemon(7, '-c /opt/c.toml')]
    const hidden = { pid: 9, why: 'runs in another mount namespace', command: daemon(9, '') }
    const { conflicts } = await planOn({ trusted, untrusted: [hidden], programs: RELEASE })
    assert.deepEqual(conflicts, [])
    const theirs = { pid: 9, why: 'runs as uid 1000', command: undefined }
    assert.equal((await planOn({ trusted, untrusted: [theirs], programs: RELEASE })).conflicts.length, 1)
  })

  it('is stopped if it is only installed, also outside PATH, and absent if it is not', async () => {
    assert.equal((await planOn({ programs: RELEASE })).daemon.state, 'stopped')
    const archive = await planOn({ programs: { '/usr/local/bin/containerd': '2.1.4' } })
    assert.equal(archive.daemon.state, 'stopped')
    const absent = await planOn({})
    assert.deepEqual([absent.daemon.state, absent.codes.includes('daemon_absent')], ['absent', true])
  })

  const units: readonly [title: string, tree: Tree, config: string | undefined][] = [
    [
      'no file',
      { '/lib/systemd/system/containerd.service': '[Service]\nExecStart=/usr/bin/containerd\n' },
      undefined,
    ],
    [
      'another file',
      { '/usr/lib/systemd/system/containerd.service': 'ExecStart=-/opt/containerd -c /opt/c.toml\n' },
      '/opt/c.toml',
    ],
    [
      'another file in a drop-in',
      {
        '/lib/systemd/system/containerd.service': 'ExecStart=/usr/bin/containerd\n',
        '/etc/systemd/system/containerd.service.d/a.conf':
          'ExecStart=\nExecStart=/usr/bin/containerd \\\n  --config=/srv/c.toml\n',
      },
      '/srv/c.toml',
    ],
    [
      'a file by a variable',
      { '/lib/systemd/system/containerd.service': 'ExecStart=/usr/bin/containerd --config $CONFIG\n' },
      undefined,
    ],
  ]
  for (const [title, tree, config] of units) {
    it(`is stopped, and its unit names ${title}`, async () => {
      const { conflicts } = await planOn({ tree, programs: RELEASE })
      const hint = `set config = "${config}" in [targets.containerd]`
      const message = `${DEFAULT}: containerd does not run, and its unit starts it with ${config}; ${hint}`
      assert.deepEqual(conflicts, config === undefined ? [] : [message])
      const named = await planOn({ tree, programs: RELEASE, settings: { config: DEFAULT } })
      assert.deepEqual(named.conflicts, [])
    })
  }
})
