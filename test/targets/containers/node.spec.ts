/** What regmirror makes of a node with Podman and CRI-O: their daemons, users without root, import and explain. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import type { Notice } from '../../../lib/model/report.ts'
import { openReader } from '../../../lib/system/reader.ts'
import type { TrustedProcess } from '../../../lib/system/trusted-processes.ts'
import { containers } from '../../../lib/targets/containers/containers.ts'
import { detectContainers } from '../../../lib/targets/containers/detect.ts'
import { validate } from '../../../lib/targets/containers/validate.ts'
import type { Machine, RootlessUser, View } from '../../../lib/targets/view.ts'
import { mirror, registry } from '../../support/lists.ts'
import { withNode } from '../../support/node.ts'
import { run } from '../../support/run.ts'
import { type Tree, withDirectory, writeTree } from '../../support/tree.ts'

const CONF = 'etc/containers/registries.conf'
const DIRECTORY = 'etc/containers/registries.conf.d'
const LIST = 'version = 1\n[registries."docker.io"]\nmirrors = ["https://a.example"]\n[targets.containers]\n'

const REGISTRIES = [registry('docker.io', [mirror('https://a.example')])]

const trusted = (executable: string, ...args: string[]): TrustedProcess => ({
  identity: { pid: 812, startTicks: 4 } as TrustedProcess['identity'],
  startedAt: 4,
  args: [executable, ...args],
  executable,
  origin: { unit: `${executable.split('/').at(-1)}.service` } as TrustedProcess['origin'],
  directory: '/',
  rootDirectory: '/',
})

interface Seen {
  readonly processes?: readonly TrustedProcess[]
  readonly untrusted?: readonly string[]
  /** What programs print, by their name. */
  readonly outputs?: Readonly<
    Record<string, { readonly code: number; readonly stdout: string; readonly stderr: string }>
  >
  readonly user?: RootlessUser
}

async function onMachine<T>(tree: Tree, seen: Seen, use: (view: View) => Promise<T>): Promise<T> {
  return await withDirectory(async root => {
    await writeTree(root, { 'etc/': undefined, ...tree })
    const find: Machine['processes']['find'] = async name => ({
      trusted: (seen.processes ?? []).filter(({ executable }) => executable.endsWith(`/${name}`)),
      untrusted: (seen.untrusted ?? [])
        .filter(other => other === name)
        .map(() => ({ pid: 913, why: 'is not root', command: undefined })),
    })
    const machine: Machine = {
      files: openReader(root),
      run: async program => seen.outputs?.[program],
      processes: { find, variables: async () => ({ HTTPS_PROXY: 'http://proxy.example' }) },
      now: () => 0,
      bootClock: async () => ({ bootId: 'x', ticks: 0 }) as never,
    }
    const state = { version: 1, files: {} } as unknown as View['state']
    const view = {
      node: openReader(root),
      state,
      uid: seen.user ? 1000 : 0,
      machine,
      ...(seen.user && { user: seen.user }),
    }
    return await use(view)
  })
}

async function rendered(tree: Tree, seen: Seen) {
  return await onMachine(tree, seen, async view => {
    const settings = containers.settings.resolve({}, { file: '', line: 1, column: 1 })
    const snapshot = await containers.observe(view, REGISTRIES, settings)
    const rendering = containers.render(REGISTRIES, snapshot, { takeOver: false })
    return { ...rendering, snapshot, daemon: containers.daemon.find(snapshot) }
  })
}

const codesOf = (notices: readonly Notice[]) => notices.map(({ code }) => code)

describe('a machine with CRI-O', () => {
  const processes = [trusted('/usr/bin/crio')]

  it('needs a reload', async () => {
    const { files, daemon, effect } = await rendered({}, { processes })
    assert.deepEqual([files[0]?.effect, effect], ['reload', 'reload'])
    assert.equal(daemon.state, 'running')
    assert.deepEqual(containers.daemon.activate.reload, {
      command: 'systemctl reload crio',
      why: 'CRI-O reads registries.conf only when it starts or is reloaded',
      signal: 'SIGHUP',
    })
  })

  it('needs none where CRI-O reads drop-ins again by itself', async () => {
    const setting = (value: boolean) => `[crio.image]\nauto_reload_registries = ${value}\n`
    const last = { 'etc/crio/crio.conf': setting(false), 'etc/crio/crio.conf.d/10-a.conf': setting(true) }
    assert.equal((await rendered(last, { processes })).effect, 'immediate')
    const first = { 'etc/crio/crio.conf': setting(true), 'etc/crio/crio.conf.d/10-a.conf': setting(false) }
    assert.equal((await rendered(first, { processes })).effect, 'reload')
    const flag = [trusted('/usr/bin/crio', '--auto-reload-registries')]
    assert.equal((await rendered({}, { processes: flag })).effect, 'immediate')
  })

  it('is not believed where the process is of another user', async () => {
    const { effect, notices, daemon } = await rendered({}, { untrusted: ['crio'] })
    assert.deepEqual(
      [effect, codesOf(notices), daemon],
      ['immediate', ['crio_doubted'], { state: 'unknown' }],
    )
  })

  it('takes effect immediately where CRI-O does not run', async () => {
    const { effect, daemon } = await rendered({}, {})
    assert.deepEqual([effect, daemon], ['immediate', { state: 'unknown', program: 'Podman' }])
  })
})

describe('a machine with Podman', () => {
  it('has the release that podman --version prints', async () => {
    const output = { code: 0, stdout: 'podman version 4.3.1\n', stderr: '' }
    const { snapshot } = await rendered({}, { outputs: { podman: output } })
    assert.equal(snapshot.release?.name, '4.3.1')
  })

  it('has a notice about a service that keeps the files, with the command', async () => {
    const processes = [trusted('/usr/bin/podman', 'system', 'service', '--time', '0')]
    const { notices } = await rendered({}, { processes })
    assert.match(notices.map(({ message }) => message).join(), /process 812.* systemctl restart podman$/)
    const other = [trusted('/usr/bin/podman', 'run', 'x')]
    assert.deepEqual((await rendered({}, { processes: other })).notices, [])
  })

  it('is found by its programs', async () => {
    await withDirectory(async root => {
      await writeTree(root, { 'usr/bin/podman': '', 'usr/bin/crio': '' })
      const found = await detectContainers({ node: openReader(root) })
      assert.deepEqual(found, { what: 'Podman, CRI-O', file: '/usr/bin/podman' })
    })
    await withDirectory(async root => {
      await writeTree(root, { 'etc/containers/registries.conf': '' })
      assert.equal(await detectContainers({ node: openReader(root) }), undefined)
    })
  })

  it('shows the drop-in to Skopeo, and is refused with its reason', async () => {
    const reason = 'loading drop-in registries configuration "/etc/x.conf": toml: line 3'
    const stderr = `time="…" level=fatal msg="Error parsing image name: ${reason.replaceAll('"', '\\"')}"`
    await onMachine({}, { outputs: { skopeo: { code: 1, stdout: '', stderr } } }, async view => {
      const settings = containers.settings.resolve({}, { file: '', line: 1, column: 1 })
      const snapshot = await containers.observe(view, REGISTRIES, settings)
      const { files } = containers.render(REGISTRIES, snapshot, { takeOver: false })
      const [issue] = await validate(files, snapshot, view)
      assert.match(issue?.message ?? '', /^Skopeo refuses the files: "\/etc\/x\.conf": toml: line 3/)
    })
  })
})

describe('a user without root', () => {
  const user: RootlessUser = {
    home: '/home/ann',
    configHome: '/home/ann/cfg',
    dataHome: '/home/ann/data',
    stateHome: '/home/ann/state',
  }
  const fileFor = async (tree: Tree, version: string | undefined) => {
    const outputs = version && { podman: { code: 0, stdout: `podman version ${version}\n`, stderr: '' } }
    const { files, conflicts, notices } = await rendered(tree, { user, ...(outputs && { outputs }) })
    return { path: files[0]?.path, conflicts, notices }
  }

  it('has the drop-in in ~/.config up to Podman 5, and in $XDG_CONFIG_HOME since 6', async () => {
    const old = '/home/ann/.config/containers/registries.conf.d/90-regmirror.conf'
    assert.equal((await fileFor({}, '5.8.6')).path, old)
    assert.equal((await fileFor({}, undefined)).path, old)
    const newer = '/home/ann/cfg/containers/registries.conf.d/90-regmirror.conf'
    assert.equal((await fileFor({}, '6.0.0')).path, newer)
  })

  it('has nothing to do with CRI-O, which root runs', async () => {
    const seen = { processes: [trusted('/usr/bin/crio'), trusted('/usr/bin/podman', 'system', 'service')] }
    const { effect, notices, daemon } = await rendered({}, { user, ...seen })
    assert.deepEqual([effect, daemon.state], ['immediate', 'unknown'])
    assert.match(notices.map(({ message }) => message).join(), /systemctl --user restart podman$/)
    assert.deepEqual((await rendered({}, { user, untrusted: ['crio'] })).notices, [])
  })

  it('keeps the drop-in in use beside a registries.conf of the user, which hides /etc', async () => {
    const own = 'home/ann/.config/containers/registries.conf'
    const hidden = { [own]: '', [`${DIRECTORY}/99-a.conf`]: '[[registry]]\nlocation = "docker.io"\n' }
    assert.deepEqual((await fileFor(hidden, '5.8.6')).conflicts, [])
    const read = { [`${DIRECTORY}/99-a.conf`]: hidden[`${DIRECTORY}/99-a.conf`] }
    assert.deepEqual((await fileFor(read, '5.8.6')).conflicts, [])
    // Since Podman 6 the names decide.
    assert.equal((await fileFor(read, '6.0.0')).conflicts.length, 1)
  })
})

describe('a table that was taken over', () => {
  const site = `${DIRECTORY}/10-site.conf`
  const table = (...mirrors: string[]) =>
    ['[[registry]]\nlocation = "docker.io"\n', ...mirrors.map(MIRROR)].join('')
  const MIRROR = (location: string) => `[[registry.mirror]]\nlocation = "${location}"\n`

  it('stays so: later runs name its mirrors in notices, and are not refused', () =>
    withNode(
      { [site]: table('other.example') },
      async ({ run, root }) => {
        assert.equal((await run('apply')).code, 2)
        assert.equal((await run('apply', '--take-over')).code, 0)
        const replaces =
          /10-site\.conf:3: the table of regmirror replaces this mirror of docker\.io: other\.example/
        for (const [verb, ...flags] of [['plan'], ['plan', '--check'], ['apply']] as const) {
          const { code, stderr } = await run(verb, ...flags)
          assert.equal(code, 0, stderr)
          assert.match(stderr, replaces)
        }
        assert.doesNotMatch((await run('doctor')).stdout, /list_refused/)
        // Pulls do not use a mirror that is added there later either.
        await writeTree(root, { [site]: table('other.example', 'later.example') })
        assert.match((await run('plan')).stderr, /replaces this mirror of docker\.io: later\.example/)
      },
      LIST,
    ))

  it('does not stand for the table of another registry', () =>
    withNode(
      { [site]: table('other.example') },
      async ({ run, root, list }) => {
        assert.equal((await run('apply', '--take-over')).code, 0)
        const quay = '[[registry]]\nlocation = "quay.io"\n[[registry.mirror]]\nlocation = "q.example"\n'
        await writeTree(root, { [site]: table('other.example') + quay })
        await fs.appendFile(list, '[registries."quay.io"]\nmirrors = ["https://a.example"]\n')
        const { code, stderr } = await run('apply')
        assert.equal(code, 2)
        assert.match(stderr, /would replace this mirror of quay\.io: q\.example/)
        assert.doesNotMatch(stderr, /would replace this mirror of docker\.io/)
      },
      LIST,
    ))
})

describe('import and explain of registries.conf', () => {
  const NODE: Tree = {
    [CONF]:
      'unqualified-search-registries = ["docker.io"]\n[[registry]]\nlocation = "quay.io"\nblocked = true\n[[registry.mirror]]\nlocation = "q.example/quay"\n',
    [`${DIRECTORY}/10-a.conf`]:
      '[[registry]]\nlocation = "docker.io"\n[[registry.mirror]]\nlocation = "old.example"\n',
    [`${DIRECTORY}/20-b.conf`]:
      '[[registry]]\nlocation = "docker.io"\n[[registry.mirror]]\nlocation = "a.example:5000"\npull-from-mirror = "digest-only"\n',
  }

  it('import takes the table of the last file', () =>
    withNode(NODE, async ({ root }) => {
      const { code, stdout, stderr } = await run(['import', '--root', root])
      assert.equal(code, 0, stderr)
      assert.match(stdout, /\[registries\."docker\.io"\]/)
      assert.match(stdout, /a\.example:5000/)
      assert.doesNotMatch(stdout, /old\.example/)
      assert.match(stdout, /q\.example\/v2\/quay/)
      assert.match(stdout, /fallback = false/)
    }))

  it('explain names the file, the line and each endpoint', () =>
    withNode(
      NODE,
      async node => {
        const { code, stdout, stderr } = await node.run('explain', 'quay.io/team/app:1')
        assert.equal(code, 0, stderr)
        assert.match(stdout, /registries\.conf:2/)
        assert.match(stdout, /https:\/\/q\.example\/v2\/quay/)
        assert.doesNotMatch(stdout, /https:\/\/quay\.io\/v2/)
        // A host that does not respond is not requested again.
        assert.match(stdout, /no connection: 5\.0 and later: 30 s a pull, then the pull fails/)
        assert.doesNotMatch(stdout, /s a request/)
      },
      LIST,
    ))

  it('completes a name without a registry as Podman does', () =>
    onMachine(
      {
        [CONF]: 'unqualified-search-registries = ["quay.io", "docker.io"]\n',
        [`${DIRECTORY}/10-a.conf`]: '[aliases]\n"x" = "reg.example/team/x"\n"y" = "reg.example/y"\n',
        [`${DIRECTORY}/20-b.conf`]: '[aliases]\n"y" = ""\n',
      },
      {},
      async view => {
        const settings = containers.settings.resolve({ version: '5.8' }, { file: '', line: 1, column: 1 })
        const snapshot = await containers.observe(view, [], settings)
        const urlOf = (image: string) =>
          containers.endpoints(snapshot, image)[0].endpoints.map(({ url }) => url)
        assert.deepEqual(urlOf('x:1'), ['https://reg.example/v2'])
        assert.deepEqual(urlOf('y'), ['https://quay.io/v2'])
        assert.deepEqual(urlOf('team/y'), ['https://quay.io/v2'])
        assert.deepEqual(urlOf('docker.io/y'), ['https://registry-1.docker.io/v2'])
        const none = { ...snapshot, files: [] }
        assert.match(containers.endpoints(none, 'y')[0].failure?.message ?? '', /has no registry/)
      },
    ))
})
