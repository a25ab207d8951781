/** Paths that a list may have written: plain ones, in directories of container runtimes and not of other programs. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import type { Failure } from '../../lib/model/errors.ts'
import { plainPathProblem } from '../../lib/model/plain-path.ts'
import { findOwner } from '../../lib/ownership/protected-paths.ts'
import { loadText, problemsOf } from '../support/load.ts'
import { run } from '../support/run.ts'
import { readTree, type Tree, withDirectory, writeTree } from '../support/tree.ts'

const LIST = 'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n'
const setting = (key: string, value: string) =>
  `${LIST}[targets.containerd]\n${key} = ${JSON.stringify(value)}\n`

const OF_RUNTIMES = [
  '/etc/containerd/certs.d',
  '/etc/docker/certs.d',
  '/etc/k0s/containerd.d',
  '/etc/cri/conf.d/hosts',
  '/etc/cloud/certs.d',
  '/etc/eks/containerd',
  '/etc/containerd.d',
  '/run/k3s/containerd/certs.d',
  '/var/lib/rancher/k3s/agent/etc/containerd/certs.d',
  '/var/lib/rancher/rke2/agent/etc/containerd/certs.d',
  '/var/lib/k0s/certs.d',
  '/var/snap/microk8s/current/args/certs.d',
  '/var/tmp/node',
  '/var/containerd/certs.d',
  '/dev/shm/node',
  '/opt/containerd/certs.d',
  '/opt/my node/certs.d',
  '/srv/certs.d',
  '/data/containerd',
  '/usr/local/etc/containerd/certs.d',
  '/home/user/.config/containerd/certs.d',
  '/home/user/.local/share/containerd/certs.d',
  '/root/certs.d',
]

const OF_OTHERS = [
  ...['/etc', '/etc/profile.d', '/etc/cron.d', '/etc/cron.daily', '/etc/crontab', '/etc/systemd/system'],
  ...[
    '/etc/ssh',
    '/etc/ssl/certs.d',
    '/etc/sudoers.d',
    '/etc/pam.d',
    '/etc/init.d',
    '/etc/rc3.d',
    '/etc/udev',
  ],
  ...[
    '/etc/ld.so.conf.d',
    '/etc/apt',
    '/etc/security',
    '/etc/unknown',
    '/etc/xdg/autostart',
    '/etc/./cron.d',
  ],
  ...['/etc/profile.d/containerd', '/etc/systemd/system/containerd.service.d', '/etc//cron.d/certs.d'],
  ...['/usr', '/usr/bin', '/usr/lib/containerd', '/usr/local/bin', '/usr/local/etc/cron.d', '/bin', '/sbin'],
  ...['/lib', '/lib64', '/dev', '/dev/shmx', '/proc/1/root/etc', '/sys', '/boot', '/efi'],
  ...[
    '/run/systemd/system',
    '/run/udev/rules.d',
    '/var',
    '/var/spool/cron',
    '/var/lib/systemd',
    '/var/lib/dpkg',
  ],
  ...['/var/log', '/var/run/systemd', '/root/.ssh', '/home/user/.ssh', '/home/user/.cargo', '/root/.config'],
  ...['/home/user/.config/systemd/user', '/home/user/.config/autostart/containerd', '/opt/.hidden'],
  ...['/home/user/.config/containerd/.ssh', '/host/etc/cron.d', '/mnt/image/etc/systemd'],
  ...['/var/lib/regmirror', '/var/lib/regmirror/originals', '/etc/regmirror'],
]

describe('the directories of containerd in a list', () => {
  for (const place of OF_RUNTIMES)
    it(`may be ${place}`, async () => {
      await loadText(setting('hosts_dir', place))
      await loadText(setting('config', `${place}/config.toml`))
    })

  for (const place of OF_OTHERS)
    it(`may not be ${place}`, async () => {
      const said =
        /^5:\d+: belongs to (another part of the system|the (state|mirror lists) of regmirror); use /
      assert.match((await problemsOf(loadText(setting('hosts_dir', place))))[0] ?? '', said)
      assert.match((await problemsOf(loadText(setting('config', `${place}/x.toml`))))[0] ?? '', said)
    })

  it('may be those of distributions', async () => {
    const files = [
      '/etc/containerd/config.toml',
      '/etc/k0s/containerd.toml',
      '/etc/containerd.toml',
      '/var/lib/rancher/k3s/agent/etc/containerd/config.toml',
      '/var/snap/microk8s/current/args/containerd-template.toml',
      '/home/user/.config/containerd/config.toml',
    ]
    for (const file of files) await loadText(setting('config', file))
  })

  it('have a config that ends in .toml', async () => {
    for (const file of [
      '/etc/containerd/config',
      '/opt/x.sh',
      '/opt/x.toml.sh',
      '/opt/x.TOML',
      '/opt/toml',
      '/opt/x.toml/',
    ])
      assert.deepEqual(await problemsOf(loadText(setting('config', file))), [
        '5:10: must end in ".toml"; write the path of containerd\'s main configuration file',
      ])
  })
})

/** Characters that a shell, a terminal or TOML interprets. */
const parts = fc.constantFrom(
  ...[
    '$(>O)',
    '`>O`',
    ';>O;',
    '|>O',
    '&>O&',
    '>O',
    '\n>O\n',
    '"',
    "'",
    '\\',
    '\r',
    '\t',
    '\0',
    '\x1b]0;O\x07',
  ],
  ...[
    '#',
    '~',
    '*',
    '?',
    '[O]',
    '{O,O}',
    '!',
    '=',
    '%',
    '^',
    ',',
    '(',
    ')',
    '\u0085',
    '\u202e',
    'é',
    '\u00a0',
  ],
)
const plain = fc.stringMatching(/^[\w.+@ -]{1,8}$/)
const paths = fc
  .array(fc.oneof({ weight: 6, arbitrary: plain }, { weight: 1, arbitrary: parts }), {
    minLength: 1,
    maxLength: 6,
  })
  .map(steps => `/opt/${steps.join('/')}`)

describe('paths in a list', () => {
  it('are plain, or refused and not repeated', () =>
    fc.assert(
      fc.asyncProperty(paths, fc.constantFrom('config', 'hosts_dir'), async (file, key) => {
        const problems = (error: Failure) => error.issues.map(({ message }) => message)
        const said = await loadText(setting(key, file)).then(() => [], problems)
        assert.doesNotMatch(said.join('\n'), /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]|>O/)
        const odd = /[^A-Za-z0-9._\-+@:/ ]/.test(file)
        assert.equal(
          said.some(line => line.includes('must be a plain path')),
          odd,
          file,
        )
      }),
      { numRuns: 100, seed: 7 },
    ))

  it('start no program when a shell reads a file with them', async () => {
    const tried = fc
      .sample(paths, { numRuns: 200, seed: 7 })
      .filter(file => !plainPathProblem(file) && !findOwner(file) && !/:|\.\.|\/\//.test(file))
    assert.ok(tried.length >= 20)
    await withDirectory(async home => {
      for (const [i, hosts] of tried.slice(0, 20).entries()) {
        const root = path.join(home, `n${i}`)
        const list = path.join(home, 'mirrors.toml')
        await fs.mkdir(root)
        await fs.writeFile(list, setting('hosts_dir', hosts))
        const { code } = await run(['apply', '--root', root, '-f', list])
        assert.equal(code, 0, hosts)
        const config = path.join(root, 'etc/containerd/config.toml')
        const sourced = path.join(home, 'sourced')
        await fs.mkdir(sourced, { recursive: true })
        const env = { PATH: '/nowhere' }
        execFileSync('/bin/sh', ['-c', `. "${config}"; :`], { cwd: sourced, env, stdio: 'ignore' })
        assert.deepEqual(await fs.readdir(sourced), [], hosts)
      }
    })
  })

  it('of references may be relative and have spaces', () =>
    withDirectory(async home => {
      const value = '{ url = "https://a.example", header = { A = { file = "my files/to@ken+1_x-y:z" } } }'
      await writeTree(home, {
        'mirrors.toml': `version = 1\n[registries."quay.io"]\nmirrors = [${value}]\n`,
        'my files/to@ken+1_x-y:z': 'x',
      })
      const { code, stderr } = await run(['validate', '-f', path.join(home, 'mirrors.toml')])
      assert.equal(code, 0, stderr)
    }))
})

describe('paths of a node that lead to files of other programs', () => {
  const config = (directory: string) =>
    `version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "${directory}"\n`
  const hosts = (directory: string) => setting('hosts_dir', directory)
  const cases: [title: string, tree: Tree, list: string, said: RegExp][] = [
    [
      'a link for hosts_dir',
      { 'opt/x': '-> /etc/cron.d', 'etc/cron.d/': undefined },
      hosts('/opt/x'),
      /\/opt\/x\/quay\.io\/hosts\.toml: leads to \/etc\/cron\.d\/quay\.io\/hosts\.toml, which belongs to another part/,
    ],
    [
      'a link above hosts_dir',
      { 'opt/x': '-> ../etc', 'etc/systemd/': undefined },
      hosts('/opt/x/systemd/certs.d'),
      /leads to \/etc\/systemd\/certs\.d\/quay\.io\/hosts\.toml/,
    ],
    [
      'a link for the directory of a registry',
      { 'etc/containerd/certs.d/quay.io': '-> /etc/sudoers.d', 'etc/sudoers.d/': undefined },
      LIST,
      /quay\.io\/hosts\.toml: leads to \/etc\/sudoers\.d\/hosts\.toml/,
    ],
    [
      'a link for hosts.toml',
      {
        'etc/containerd/certs.d/quay.io/hosts.toml': '-> /etc/profile.d/x.sh',
        'etc/profile.d/x.sh': '# x\n',
      },
      LIST,
      /leads to \/etc\/profile\.d\/x\.sh/,
    ],
    [
      'a link for config.toml',
      { 'etc/containerd/config.toml': '-> /etc/profile.d/x.sh', 'etc/profile.d/x.sh': '# x\n' },
      setting('version', '1.7'),
      /config\.toml: leads to \/etc\/profile\.d\/x\.sh/,
    ],
    [
      'a link into our own state',
      { 'opt/x': '-> /var/lib/regmirror', 'var/lib/regmirror/certs.d/x': '' },
      hosts('/opt/x'),
      /which belongs to the state of regmirror/,
    ],
    [
      'the config_path that the node has',
      { 'etc/containerd/config.toml': config('/etc/cron.d'), 'etc/cron.d/': undefined },
      setting('version', '1.7'),
      /\/etc\/cron\.d\/quay\.io\/hosts\.toml: belongs to another part of the system; set another config or hosts_dir/,
    ],
  ]
  for (const [title, tree, list, said] of cases)
    it(`${title}: a conflict, and nothing is written`, () =>
      withDirectory(async home => {
        const root = path.join(home, 'node')
        await writeTree(root, { 'etc/': undefined, ...tree })
        const file = path.join(home, 'mirrors.toml')
        await fs.writeFile(file, list)
        const before = await readTree(root)
        for (const command of ['plan', 'apply']) {
          const { code, stderr } = await run([command, '--root', root, '-f', file])
          assert.equal(code, 2, stderr)
          assert.match(stderr, said)
        }
        assert.deepEqual(await readTree(root), before)
      }))

  it('files that were written before can be removed there', () =>
    withDirectory(async home => {
      const root = path.join(home, 'node')
      await writeTree(root, { 'opt/x/': undefined, 'etc/cron.d/': undefined })
      const file = path.join(home, 'mirrors.toml')
      await fs.writeFile(file, hosts('/opt/x'))
      assert.equal((await run(['apply', '--root', root, '-f', file])).code, 0)
      await fs.rename(path.join(root, 'opt/x/quay.io'), path.join(root, 'etc/cron.d/quay.io'))
      await fs.rmdir(path.join(root, 'opt/x'))
      await fs.symlink('/etc/cron.d', path.join(root, 'opt/x'))
      await fs.writeFile(file, setting('hosts_dir', '/srv/x'))
      const { code, stderr } = await run(['apply', '--root', root, '-f', file])
      assert.equal(code, 0, stderr)
      assert.deepEqual(await fs.readdir(path.join(root, 'etc/cron.d')), [])
    }))
})
