/** `explain`: its text, its document, and the requests of `--probe`. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { serializeHealthFile } from '../lib/health/health-file.ts'
import { initialHealth } from '../lib/health/mirror-health.ts'
import { keyOf } from '../lib/health/verdicts.ts'
import type { ExplainedImage, ExplainedRoute, ExplainReport } from '../lib/model/explain-report.ts'
import type { DoctorReport, Notice } from '../lib/model/report.ts'
import type { TargetReport } from '../lib/model/target-report.ts'
import { explainLines } from '../lib/reporters/explain-lines.ts'
import type { TerminalStyle } from '../lib/reporters/terminal.ts'
import { CERTS, CONFIG, CONFIGURED, writeTree } from './support/containerd-snapshot.ts'
import { buildImage } from './support/image.ts'
import { HEALTH } from './support/lists.ts'
import { withNode } from './support/node.ts'
import { startRegistry } from './support/registry.ts'
import { BOOT, run } from './support/run.ts'
import { withDirectory } from './support/tree.ts'
import { table } from './targets/made-up/toy.ts'

const PAGE = path.resolve(import.meta.dirname, '../docs/explain.md')
const versioned = (version: string) =>
  `version = 1\n[registries."list.example"]\nmirrors = []\n[targets.containerd]\nversion = "${version}"\n`

/** On the monotonic clock. */
const NOW = 600_000
const TIME = { monotonic: () => BigInt(NOW) * 1000n }

/** As a watcher saves it. */
const SAVED = serializeHealthFile(
  {
    written_at: NOW - 5000,
    stale_at: NOW + 60_000,
    mirrors: {
      [keyOf('quay.io', 'https://m.example/v2')]: {
        ...initialHealth(NOW - 20_000, HEALTH, () => 0.5),
        ...{ judged: true, health: 'unhealthy', reason: 'refused', detail: 'nothing listens there' },
      },
    },
    ...{ servers: {}, orders: {}, registries: [] },
  },
  BOOT,
  0,
)

/** Texts of files by their paths. */
type Tree = Readonly<Record<string, string>>

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Explains on a node with these hosts.toml, by directory, and this list. */
async function explain(
  hosts: Readonly<Record<string, string>>,
  args: readonly string[],
  {
    list = versioned('2.1.9'),
    config = CONFIGURED,
    files: more = {},
    columns,
  }: { list?: string; config?: string; files?: Tree; columns?: number } = {},
): Promise<Ran> {
  return await withDirectory(async home => {
    const files = Object.entries(hosts).map(([name, text]) => [`${CERTS}/${name}/hosts.toml`, text])
    const node = path.join(home, 'node')
    await writeTree(node, { [CONFIG]: config, ...Object.fromEntries(files), ...more })
    await fs.writeFile(path.join(home, 'mirrors.toml'), list)
    const all = ['explain', '--root', node, '-f', path.join(home, 'mirrors.toml'), ...args]
    const ran = await run(all, {}, columns === undefined ? {} : { isTTY: true, columns })
    return { ...ran, stdout: ran.stdout.replaceAll(home, '') }
  })
}

const report = (ran: Ran) => JSON.parse(ran.stdout) as ExplainReport<Notice>

async function imageOf(...given: Parameters<typeof explain>): Promise<ExplainedImage> {
  const [hosts, args, options] = given
  const [image] = report(await explain(hosts, [...args, '--format', 'json'], options)).images
  assert(image !== undefined)
  return image
}

async function routeOf(...given: Parameters<typeof explain>): Promise<ExplainedRoute> {
  const { routes } = await imageOf(...given)
  assert.equal(routes.length, 1)
  return routes[0] as ExplainedRoute
}

describe('explain', () => {
  it('prints what its page shows', async () => {
    const page = readFileSync(PAGE, 'utf8')
    const blocks = [...page.matchAll(/^```(\w*)\n(.*?)^```/gms)].filter(([, language]) => language === '')
    const [hosts = '', shown = ''] = blocks.map(([, , text]) => text)
    const { code, stdout } = await explain({ 'docker.io': hosts }, ['busybox'])
    assert.equal(code, 0)
    const [ladder = ''] = stdout.split('\nlist /')
    const here = ladder.replace('(files below --root)', '(process 812) reads /etc/containerd/config.toml')
    assert.equal(here, shown)
  })

  it('runs the commands of its page', async () => {
    const [, block = ''] = /^```sh\n(.*?)^```/ms.exec(readFileSync(PAGE, 'utf8')) ?? []
    const lines = block
      .split('\n')
      .filter(line => line.startsWith('regmirror explain ') && !line.includes('--probe'))
    assert.equal(lines.length, 4)
    for (const line of lines) {
      const [, ...args] = line
        .replace(/ +#.*$/, '')
        .replace(' --root /mnt/image', '')
        .split(' ')
        .slice(1)
      const { code, stdout, stderr } = await explain({ 'docker.io': '[host."https://m.example"]\n' }, args)
      assert.equal(code, 0, stderr)
      assert.match(stdout, /busybox/)
    }
  })

  for (const columns of [60, 80, 120])
    it(`has lines that fit ${columns} columns, but for long paths`, async () => {
      const hosts = {
        'docker.io': '[host."https://m.example"]\ndial_timeout = "2s"\ncapabilities = ["pull"]\n',
      }
      const { stdout } = await explain(hosts, ['busybox'], { columns, list: versioned('1.7.24') })
      const long = stdout.split('\n').filter(line => line.length > columns)
      assert.deepEqual(long, [])
    })

  const names: readonly (readonly [given: string, full: string])[] = [
    ['busybox', 'docker.io/library/busybox:latest'],
    ['index.docker.io/team/app:1', 'docker.io/team/app:1'],
    [`docker.io/library/x@sha256:${'a'.repeat(64)}`, `docker.io/library/x@sha256:${'a'.repeat(64)}`],
    ['reg:5000/a/b:t', 'reg:5000/a/b:t'],
  ]
  it('completes names as containerd does', async () => {
    const { stdout } = await explain({}, [...names.map(([given]) => given), '--format', 'json'])
    const found = (JSON.parse(stdout) as ExplainReport<Notice>).images.map(
      ({ registry, repository, reference }) =>
        `${registry}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`,
    )
    assert.deepEqual(
      found,
      names.map(([, full]) => full),
    )
  })

  for (const name of ['Team/App', 'a b', 'x@sha256:12', ''])
    it(`refuses the name ${JSON.stringify(name)}, with a remedy`, async () => {
      const { code, stderr } = await explain({}, [name])
      assert.equal(code, 2)
      assert.match(stderr, /^error: .*; (write it as in a pod, such as busybox|name one|give it)/)
    })

  it('requires an image', async () => {
    const { code, stderr } = await explain({}, [])
    assert.equal(code, 2)
    assert.match(stderr, /no image is given; name one, such as regmirror explain busybox/)
  })

  const hosts = { text: '[host."https://m.example"]\n' }
  const lookups: readonly (readonly [
    by: string,
    directories: Readonly<Record<string, string>>,
    config: string,
    why: RegExp,
  ])[] = [
    [
      'exact',
      { 'reg.example:5000': hosts.text },
      CONFIGURED,
      /it has the name of the registry, reg\.example:5000/,
    ],
    [
      'port_twin',
      { 'reg.example_5000_': hosts.text, 'reg.example:5000': '' },
      CONFIGURED,
      /it is read before a directory with the name reg\.example:5000/,
    ],
    [
      'default',
      { _default: hosts.text },
      CONFIGURED,
      /there is no directory with the name reg\.example:5000/,
    ],
    [
      'none',
      {},
      CONFIGURED,
      /there is no directory reg\.example:5000 and no _default in \/etc\/containerd\/certs\.d/,
    ],
    [
      'unset',
      { _default: hosts.text },
      'version = 2\n',
      /config_path is not set, so containerd reads no hosts\.toml/,
    ],
    [
      'legacy',
      {},
      'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry.mirrors."*"]\nendpoint = ["https://m.example"]\n',
      /registry\.mirrors\."\*" of config\.toml counts; there is no entry for reg\.example:5000/,
    ],
  ]
  for (const [by, directories, config, why] of lookups)
    it(`says why it uses an entry: ${by}`, async () => {
      const route = await routeOf(directories, ['reg.example:5000/app'], { config })
      assert.equal(route.lookup?.by, by)
      assert.match(route.lookup?.why ?? '', why)
      assert.equal(route.lookup?.setting?.line, config === CONFIGURED ? 3 : undefined)
      const { stdout } = await explain(directories, ['reg.example:5000/app'], { config })
      assert.match(stdout, why)
    })

  it('says that a directory without hosts.toml disables the mirrors of _default', async () => {
    const route = await routeOf({ _default: hosts.text, 'quay.io': '' }, ['quay.io/a/b'])
    assert.match(route.lookup?.why ?? '', /it has no hosts\.toml, so no mirror is used$/)
  })

  it('says which directory with mirrors another one hides', async () => {
    const [own, twin] = ['reg.example:5000', 'reg.example_5000_']
    const directories = { [own]: hosts.text, [twin]: 'server = "https://reg.example:5000"\n' }
    for (const version of ['1.7.24', '2.1.9']) {
      const { lookup, ignored } = await routeOf(directories, [`${own}/app`], { list: versioned(version) })
      assert.equal(lookup?.by, 'port_twin')
      const why = `it is read before a directory with the name ${own}; containerd does not read ${CERTS}/${own}, which has https://m.example/v2`
      assert.equal(lookup?.why, why)
      const [first, ...others] = ignored
      const hint = `merge them, and remove ${CERTS}/${twin}`
      assert.deepEqual(first, {
        message: `containerd reads only ${CERTS}/${twin}`,
        hint,
        file: `${CERTS}/${own}`,
      })
      assert.deepEqual(
        others.flatMap(issue => issue.hint ?? []),
        [],
      )
    }
    const same = { [own]: hosts.text, [twin]: hosts.text }
    assert.deepEqual((await routeOf(same, [`${own}/app`])).ignored, [])
  })

  it('says which directory of a later config_path another one hides', async () => {
    const files = {
      [CONFIG]: CONFIGURED.replace(CERTS, `${CERTS}:/etc/docker/certs.d`),
      '/etc/docker/certs.d/quay.io/hosts.toml': hosts.text,
    }
    const options = { files, list: versioned('1.7.24') }
    const { lookup, ignored } = await routeOf(
      { _default: '[host."https://d.example"]\n' },
      ['quay.io/a'],
      options,
    )
    assert.match(
      lookup?.why ?? '',
      /; containerd does not read \/etc\/docker\/certs\.d\/quay\.io, which has https:\/\/m\.example\/v2$/,
    )
    assert.equal(ignored[0]?.hint, `move it to ${CERTS}/quay.io`)
  })

  it('has URLs, files, headers and how long each release waits', async () => {
    const text =
      'server = "https://s.example"\n[host."http://m.example/v2/p"]\noverride_path = true\ncapabilities = ["pull"]\ndial_timeout = "1.5s"\n[host."http://m.example/v2/p".header]\nX-Key = "planted"\n'
    const [old, newer, newest] = await Promise.all(
      ['1.6.20', '2.1.9', '2.3.4'].map(version =>
        routeOf({ 'quay.io': text }, ['quay.io/a/b:1'], { list: versioned(version) }),
      ),
    )
    const [mirror, server] = newer?.endpoints ?? []
    assert.deepEqual(mirror?.requests, {
      manifest: 'http://m.example/v2/p/a/b/manifests/{digest}?ns=quay.io',
      blob: 'http://m.example/v2/p/a/b/blobs/{digest}?ns=quay.io',
    })
    assert.equal(server?.requests.resolve, 'https://s.example/v2/a/b/manifests/1?ns=quay.io')
    assert.deepEqual(mirror?.headers, ['X-Key'])
    assert.deepEqual(mirror?.source, { file: `${CERTS}/quay.io/hosts.toml`, line: 2 })
    const waits = [old, newer, newest].map(route => route?.endpoints[0]?.waits)
    assert.deepEqual(waits, [
      [{ connect_s: 30, pull_s: 90, ignored_timeout: '1.5s', silent: { kind: 'hangs' } }],
      [{ connect_s: 1.5, pull_s: 4.5, silent: { kind: 'hangs' } }],
      [{ connect_s: 1.5, pull_s: 4.5, silent: { kind: 'next', after_s: 30 } }],
    ])
    const { stdout } = await explain({ 'quay.io': text }, ['quay.io/a/b:1'], { list: versioned('1.6.20') })
    assert.match(
      stdout,
      /no connection: 30 s a request \(about 90 s a pull, dial_timeout = "1\.5s" is ignored\), then 2/,
    )
    assert.doesNotMatch(stdout + JSON.stringify(newer), /planted/)
  })

  it('reads image_pull_progress_timeout, and credentials and headers of config.toml', async () => {
    const config = `${CONFIGURED}[plugins."io.containerd.grpc.v1.cri".registry.configs."m.example".auth]\nusername = "u"\npassword = "planted"\n[plugins."io.containerd.grpc.v1.cri".registry.headers]\nX-All = ["planted"]\n[plugins."io.containerd.grpc.v1.cri"]\nimage_pull_progress_timeout = "2m"\n`
    const ran = await explain({ 'quay.io': hosts.text }, ['quay.io/a', '--format', 'json'], {
      config,
      list: versioned('1.7.24'),
    })
    assert.doesNotMatch(ran.stdout, /planted/)
    const [mirror, server] = report(ran).images[0]?.routes[0]?.endpoints ?? []
    assert.deepEqual(mirror?.waits[0]?.silent, { kind: 'fails', after_s: 120 })
    assert.deepEqual(mirror?.credentials, { of_pull: true, of_node: { file: CONFIG, line: 4 } })
    assert.deepEqual(server?.credentials, { of_pull: true })
    assert.deepEqual(mirror?.headers, ['X-All'])
  })

  it('names what containerd ignores, and why every pull fails', async () => {
    const broken = await explain({ 'quay.io': '[host."https://m.example"]\ncapabilities = ["pul"]\n' }, [
      'quay.io/a',
    ])
    assert.match(
      broken.stdout,
      /ignored: .*quay\.io\/hosts\.toml:2:\d+: containerd ignores this file: capabilities holds a word/,
    )
    const missing = await explain({ 'quay.io': '[host."https://m.example"]\nca = "none.pem"\n' }, [
      'quay.io/a',
    ])
    assert.match(missing.stdout, /every pull fails: .*none\.pem: this certificate or key cannot be read/)
    assert.equal(missing.code, 0)
  })

  const CRI = '[plugins."io.containerd.grpc.v1.cri"'
  const IMPORTS = 'imports = ["/etc/containerd/conf.d/*.toml"]\n'
  const DROP_IN = '/etc/containerd/conf.d/99-gpu.toml'
  const unset: readonly (readonly [what: string, version: string, files: Tree, ignored: RegExp])[] = [
    [
      'an import that sets it to nothing',
      '2.1.9',
      {
        [CONFIG]: IMPORTS + CONFIGURED,
        [DROP_IN]: `version = 2\n${CRI}.registry]\nconfig_path = ""\n`,
      },
      /^ignored: \/etc\/containerd\/conf\.d\/99-gpu\.toml:3:1[0-9]*: sets config_path to "", after \/etc\/containerd\/config\.toml sets it to "\/etc\/containerd\/certs\.d": containerd reads no hosts\.toml; remove config_path from \/etc\/containerd\/conf\.d\/99-gpu\.toml$/m,
    ],
    [
      'the same, where the release has a default',
      '2.3.4',
      {
        [CONFIG]: IMPORTS + CONFIGURED,
        [DROP_IN]: `version = 2\n${CRI}.registry]\nconfig_path = ""\n`,
      },
      /^config_path is \/etc\/containerd\/certs\.d:\/etc\/docker\/certs\.d \(default of this release\)\n(?:.*\n)*ignored: .*99-gpu\.toml:3:\d+: sets config_path to "", after .*: containerd takes the default of this release, .*, for one directory, which does not exist; remove config_path from /m,
    ],
    [
      'an import that replaces the section (1.x)',
      '1.7.24',
      {
        [CONFIG]: IMPORTS + CONFIGURED,
        [DROP_IN]: `version = 2\n${CRI}]\nsandbox_image = "p"\n${CRI}.registry]\n`,
      },
      /^ignored: .*99-gpu\.toml:1: replaces the whole CRI section of \/etc\/containerd\/config\.toml, including config_path: /m,
    ],
    [
      'a table of another version',
      '2.1.9',
      { [CONFIG]: CONFIGURED.replace('version = 2', 'version = 3') },
      /^ignored: .*config\.toml:2: \[plugins\."io\.containerd\.grpc\.v1\.cri"\] is not a table of a file of version 3, so config_path has no effect: /m,
    ],
    [
      'an empty value',
      '2.1.9',
      { [CONFIG]: CONFIGURED.replace(CERTS, '') },
      /^ignored: .*config\.toml:3:\d+: config_path is empty: .*; set config_path = "\/etc\/containerd\/certs\.d"$/m,
    ],
    [
      'no value at all',
      '2.1.9',
      { [CONFIG]: 'version = 2\n' },
      /^ignored: .*config\.toml: config_path is not set: .*; set config_path = "\/etc\/containerd\/certs\.d"$/m,
    ],
  ]
  for (const [what, version, files, ignored] of unset)
    it(`names the line that keeps config_path from counting: ${what}`, async () => {
      const { stdout } = await explain({}, ['busybox'], { list: versioned(version), files })
      assert.match(stdout, ignored)
      assert.doesNotMatch(stdout, /^config_path is .*99-gpu/m)
    })

  it('has one ladder for releases that differ in time limits alone, and several where endpoints differ', async () => {
    const list = 'version = 1\n[registries."list.example"]\nmirrors = []\n'
    const one = await imageOf(
      { 'quay.io': '[host."https://m.example"]\ndial_timeout = "2s"\n' },
      ['quay.io/a'],
      { list },
    )
    assert.equal(one.routes.length, 1)
    assert.equal(one.version, undefined)
    const [mirror] = one.routes[0]?.endpoints ?? []
    assert.ok((mirror?.waits.length ?? 0) > 2)
    assert.ok(mirror?.waits.every(({ releases }) => releases !== undefined))
    const two = await imageOf({ 'quay.io': 'server = "https://m.example"\n' }, ['quay.io/a'], { list })
    assert.deepEqual(
      two.routes.map(({ releases }) => releases),
      [[{ from: '1.6.0', before: '1.7.32' }], [{ from: '1.7.32' }]],
    )
  })

  it('names the mirrors that watch removed', () =>
    withNode(
      { 'etc/containerd/config.toml': CONFIGURED, 'var/lib/regmirror/health.json': SAVED },
      async node => {
        const ran = async (...args: string[]) => await run(node.args('explain', 'quay.io/a', ...args), TIME)
        const { excluded } = report(await ran('--format', 'json')).images[0]?.list ?? {}
        assert.deepEqual(
          excluded?.map(({ mirror }) => mirror),
          ['https://m.example/v2'],
        )
        assert.match(
          (await ran()).stdout,
          /\n {2}https:\/\/m\.example\/v2: unhealthy since .* \(nothing listens there\), so regmirror does not write it\n$/,
        )
      },
      'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example", "https://n.example"]\n',
    ))

  it('compares the node with the list', () =>
    withNode(
      { 'etc/containerd/config.toml': CONFIGURED },
      async node => {
        const json = async () =>
          report(await node.run('explain', 'quay.io/a/b', '--format', 'json')).images[0]?.list
        assert.deepEqual(
          (await json())?.changes?.map(({ path: file, action }) => [file, action]),
          [['/etc/containerd/certs.d/quay.io/hosts.toml', 'create']],
        )
        assert.equal((await node.run('apply', '--no-probe')).code, 0)
        assert.deepEqual((await json())?.changes, [])
        const { stdout } = await node.run('explain', 'ghcr.io/a/b')
        assert.match(stdout, /has no entry for this image\n$/)
      },
      'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n[targets.containerd]\nversion = "2.1"\n',
    ))

  it('does not compare the node with a list that cannot be applied to it', async () => {
    const config = `${CONFIGURED}[plugins."io.containerd.grpc.v1.cri".registry.mirrors."quay.io"]\nendpoint = ["https://m.example"]\n`
    const list = `version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n`
    const { list: found } = await imageOf({}, ['quay.io/a/b'], { config, list })
    assert.equal(found?.registry, 'quay.io')
    assert.equal(found?.changes, undefined)
    assert.match(found?.not_compared ?? '', /^cannot be applied to this node: .*registry\.mirrors/)
    const { stdout, stderr } = await explain({}, ['quay.io/a/b'], { config, list })
    assert.match(
      stdout,
      /\nlist .* has the entry "quay\.io"; not compared, because it cannot be applied to this node: .*config\.toml:4:/,
    )
    assert.doesNotMatch(stdout, /matches it/)
    assert.match(stderr, /^notice: .*mirrors\.toml cannot be applied to this node: /m)
  })

  for (const [name, isRegistry] of [
    ['registry.corp.example:5000', true],
    ['registry.corp.example:5000/a', false],
    ['registry.corp.example:latest', false],
    ['redis:7', false],
  ] as const)
    it(`${isRegistry ? 'has' : 'has no'} notice that ${name} looks like a registry`, async () => {
      const { code, stderr } = await explain({}, [name])
      assert.equal(code, 0)
      const notice = `notice: ${name} is explained as an image of Docker Hub; is that a registry? name an image in it: ${name}/IMAGE`
      assert.equal(stderr.includes(notice), isRegistry, stderr)
    })

  for (const [table, line] of [
    [
      'mirrors]\n[plugins."io.containerd.grpc.v1.cri".registry.mirrors."quay.io"]\nendpoint = ["https://m.example"]',
      5,
    ],
    ['configs."m.example".tls]\ninsecure_skip_verify = true', 4],
  ] as const)
    it(`has the place and the cure of doctor for registry.${table.split(/[.\]]/, 1)[0]}`, async () => {
      const config = `${CONFIGURED}[plugins."io.containerd.grpc.v1.cri".registry.${table}\n`
      const options = { config, list: versioned('1.7.24') }
      const { failure } = await routeOf({}, ['quay.io/a'], options)
      await withNode(
        { 'etc/containerd/config.toml': config },
        async node => {
          const { stdout } = await node.run('doctor', '--format', 'json')
          const found: DoctorReport = JSON.parse(stdout)
          const same = found.findings.find(({ code }) => code === 'legacy_tables')
          assert.deepEqual(
            { file: failure?.file, line: failure?.line, hint: failure?.hint },
            { file: CONFIG, line, hint: same?.cure },
          )
          assert.deepEqual([same?.file, same?.line], [CONFIG, line])
        },
        versioned('1.7.24'),
      )
    })

  it('says how to name the release where it is not known', async () => {
    const list = 'version = 1\n[registries."list.example"]\nmirrors = []\n'
    assert.match(
      (await explain({}, ['busybox'], { list })).stdout,
      /^containerd, version not known \(files below --root\); to name the version, set version in \[targets\.containerd\] of a list \(-f\)$/m,
    )
    assert.match((await explain({}, ['busybox'])).stdout, /^containerd 2\.1\.9 \(files below --root\)$/m)
  })

  it('explains without a list that cannot be used, and says so', () =>
    withNode(
      { 'etc/containerd/config.toml': CONFIGURED, 'etc/regmirror/mirrors.toml': 'version = 9\n' },
      async node => {
        const { code, stdout, stderr } = await run(['explain', 'busybox', '--root', node.root])
        assert.equal(code, 0)
        assert.match(stdout, /^docker\.io\/library\/busybox:latest\n/)
        assert.match(stderr, /^notice: .*mirrors\.toml:1/)
      },
    ))

  for (const [docker, loss, last] of [
    [
      'version = "27.5"',
      'impossible',
      'which is not written for this runtime\n  Docker has mirrors for docker.io only',
    ],
    [
      'version = "28.5"\nstore = "graphdriver"',
      'lossy',
      'and the node matches it\n  Docker reads mirrors of this registry for docker build',
    ],
  ] as const)
    it(`says that "*" is ${loss} for a runtime`, () =>
      withNode(
        { 'etc/': undefined, 'var/lib/': undefined },
        async node => {
          assert.equal((await node.run('apply', '--no-probe')).code, 0)
          const { stdout } = await node.run('explain', 'quay.io/a/b')
          const [ofDocker = '', ofPodman = ''] = stdout.split('\nquay.io/a/b:latest\n')
          assert.ok(ofDocker.includes(`the entry "*", ${last}`), ofDocker)
          assert.match(ofPodman, /which is not written for this runtime\n {2}Podman and CRI-O have no table/)
          const { images } = report(await node.run('explain', 'quay.io/a/b', '--format', 'json'))
          assert.deepEqual(
            images.map(({ list }) => list?.registry_loss?.loss),
            [loss, 'impossible'],
          )
        },
        `version = 1\n[registries."*"]\nmirrors = ["https://m.example"]\n[targets.docker]\n${docker}\n[targets.containers]\n`,
      ))

  it('names the runtimes that cannot complete the name, and explains the others', () =>
    withNode({ 'etc/containerd/config.toml': CONFIGURED }, async node => {
      const args = ['explain', 'busybox', '--root', node.root, '--target', 'containers']
      const { code, stdout, stderr } = await run([...args, '--target', 'containerd'])
      assert.equal(code, 0)
      assert.match(stdout, /^docker\.io\/library\/busybox:latest\ncontainerd/)
      assert.match(stderr, /^notice: Podman and CRI-O: busybox: the name has no registry.*; write it as/)
      const alone = await run(args)
      assert.equal(alone.code, 2)
      assert.match(alone.stderr, /^error: busybox: the name has no registry/)
    }))

  it('explains through every runtime of the node, or through those that are named', () =>
    withNode(
      { 'etc/buildkit-toy/mirrors/quay.io.toml': 'mirrors = ["https://a.example/v2"]\n', 'usr/bin/toy': '' },
      async node => {
        const requests = async (...more: string[]) => {
          const args = ['explain', 'quay.io/a/b:1', '--root', node.root, '--format', 'json', ...more]
          const { images } = report(await run(args, {}, {}, async () => table))
          return images.map(({ target, routes }) => [target, routes[0]?.endpoints[0]?.requests.resolve])
        }
        const ofContainerd = ['containerd', 'https://quay.io/v2/a/b/manifests/1']
        const ofToy = ['toy', 'https://a.example/v2/a/b/manifests/1']
        assert.deepEqual(await requests(), [ofToy])
        assert.deepEqual(await requests('--target', 'containerd', '--target', 'toy'), [ofContainerd, ofToy])
        await fs.writeFile(path.join(node.root, 'usr/bin/containerd'), '', { mode: 0o755 })
        assert.deepEqual(await requests(), [ofContainerd, ofToy])
        await fs.rm(path.join(node.root, 'usr/bin'), { recursive: true })
        assert.deepEqual(await requests(), [ofContainerd], 'the first of the table')
      },
    ))
})

describe('explain --probe', () => {
  const image = buildImage('team/app', 'v1')

  const dead: readonly (readonly [what: string, hosts: string, config: string])[] = [
    ['a certificate cannot be read', '[host."https://m.example"]\nca = "none.pem"\n', CONFIGURED],
    ['CRI is down', '', `disabled_plugins = ["io.containerd.grpc.v1.cri"]\n${CONFIGURED}`],
  ]
  for (const [what, text, config] of dead)
    it(`fails where every pull fails before any request: ${what}`, async () => {
      const args = ['reg.example/a']
      const plain = await explain({ 'reg.example': text }, args, { config })
      assert.match(plain.stdout, /^every pull fails: /m)
      assert.equal(plain.code, 0)
      const probed = await explain({ 'reg.example': text }, [...args, '--probe'], { config })
      assert.match(probed.stdout, /^the pull fails before any request$/m)
      assert.equal(probed.code, 1)
    })

  it('fails where the endpoints are not known', async () => {
    const config = CONFIGURED.replace(CERTS, '{{ dir }}/certs.d')
    assert.equal((await explain({}, ['busybox'], { config })).code, 0)
    const { code, stdout } = await explain({}, ['busybox', '--probe'], { config })
    assert.match(stdout, /^the pull cannot be predicted, so nothing is requested$/m)
    assert.equal(code, 1)
  })

  it('marks each endpoint, and names the one that serves', async () => {
    const [dead, empty, good] = [
      'http://127.0.0.1:1',
      await startRegistry(),
      await startRegistry({ images: [image] }),
    ]
    try {
      const text = `server = "${good.origin}"\n[host."${dead}"]\n[host."${empty.origin}"]\n`
      const { code, stdout } = await explain({ 'reg.example': text }, ['reg.example/team/app:v1', '--probe'])
      assert.equal(code, 0, stdout)
      assert.match(
        stdout,
        /1 {2}mirror http:\/\/127\.0\.0\.1:1\/v2 .*\n {3}does not resolve the image \(\d+ ms\): refuses the connection/,
      )
      assert.match(
        stdout,
        /2 {2}mirror .*\n {3}does not resolve the image \(\d+ ms\): does not have the manifest of the image/,
      )
      assert.match(stdout, /3 {2}server .*\n {3}serves the image \(\d+ ms\)\n/)
      assert.match(stdout, new RegExp(`GET {2}${good.origin}/v2/team/app/manifests/${image.manifest.digest}`))
      assert.match(stdout, /^the pull works: 3 resolves the image and serves its content$/m)
    } finally {
      await Promise.all([empty.close(), good.close()])
    }
  })

  it('sends the headers of hosts.toml, and shows no value', async () => {
    const accept = 'Basic cGxhbnRlZDpwbGFudGVk'
    const own = await startRegistry({ images: [image], auth: { accept } })
    try {
      const text = `server = "${own.origin}"\n[header]\nAuthorization = "${accept}"\n`
      const { code, stdout } = await explain({ 'reg.example': text }, ['reg.example/team/app:v1', '--probe'])
      assert.equal(code, 0, stdout)
      assert.match(stdout, /headers: Authorization/)
      assert.doesNotMatch(stdout, /cGxhbnRlZDpwbGFudGVk/)
    } finally {
      await own.close()
    }
  })

  it('predicts a pull that hangs, fails or goes on where an endpoint is silent', async () => {
    const [silent, good] = [
      await startRegistry({ behaviour: 'silent' }),
      await startRegistry({ images: [image] }),
    ]
    try {
      const text = `server = "${good.origin}"\n[host."${silent.origin}"]\n`
      const outcomes = []
      for (const version of ['1.6.20', '1.7.24', '2.1.9', '2.3.4']) {
        const args = ['reg.example/team/app:v1', '--probe', '--timeout', '500ms', '--format', 'json']
        const ran = await explain({ 'reg.example': text }, args, { list: versioned(version) })
        const { pull } = report(ran).images[0]?.routes[0] ?? {}
        outcomes.push([ran.code, pull?.outcome, pull?.stopped_at])
      }
      const stops = [1, 'fails', `${silent.origin}/v2`]
      assert.deepEqual(outcomes, [stops, stops, stops, [0, 'served', undefined]])
    } finally {
      await Promise.all([silent.close(), good.close()])
    }
  })
})

describe('the runtime in the text of explain', () => {
  const name = { registry: 'quay.io', repository: 'a/b', reference: '1' }
  const image: ExplainedImage = {
    image: 'quay.io/a/b:1',
    target: 'tool',
    version: '5.8.6',
    ...name,
    routes: [],
  }
  const textOf = (daemon: TargetReport['daemon']) =>
    explainLines(
      { version: 1, kind: 'explain', images: [image], targets: [{ target: 'tool', daemon }], notices: [] },
      { paint: (_color, text) => text, wrapped: false, width: 100 } as TerminalStyle,
    )[1]

  it('is a program where no daemon has to run', () => {
    assert.equal(textOf({ state: 'unknown', program: 'Tool' }), 'Tool 5.8.6 reads its files at each call')
    assert.equal(textOf({ state: 'unknown' }), 'tool 5.8.6 is not known to run')
  })
})
