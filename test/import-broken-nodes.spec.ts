/** `import` of nodes on which containerd does not use what is written: the notices say so, and what to write. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { containerd } from '../lib/targets/containerd/containerd.ts'
import { CERTS, CONFIG, CONFIGURED, inWords, observeTree, writeTree } from './support/containerd-snapshot.ts'
import { type Ran, run } from './support/run.ts'
import { withDirectory } from './support/tree.ts'

type Files = Readonly<Record<string, string>>

const HUB =
  'server = "https://registry-1.docker.io"\n[host."https://hub.example"]\ncapabilities = ["pull", "resolve"]\n'
const hostsOf = (directory: string) => `${CERTS}/${directory}/hosts.toml`

/** What import says about a node of these files. */
async function importOf(files: Files): Promise<Ran> {
  return await withDirectory(async root => {
    await writeTree(root, files)
    return await run(['import', '--root', root])
  })
}

describe('import of credentials in hosts.toml', () => {
  const login = (url: string, more = '') =>
    `server = "https://registry-1.docker.io"\n[host."${url}"]\nusername = "robot$k8s"\npassword = "planted"\n${more}`
  const node = (hosts: string): Files => ({ [CONFIG]: CONFIGURED, [hostsOf('docker.io')]: hosts })

  it('writes the login as a header, and says that the node has not sent it', async () =>
    await withDirectory(async directory => {
      const root = path.join(directory, 'node')
      await writeTree(root, node(login('https://harbor.example/hub')))
      const list = path.join(directory, 'mirrors.toml')
      const { code, stdout, stderr } = await run(['import', '--root', root, '-o', list])
      assert.equal(code, 0, stderr)
      assert.match(stderr, /hosts\.toml:3: containerd ignores username and password.*has not sent until now/)
      assert.doesNotMatch(stdout + stderr + (await fs.readFile(list, 'utf8')), /planted/)
      const secret = path.join(directory, 'harbor.example.password')
      assert.equal(await fs.readFile(secret, 'utf8'), 'planted\n')
      assert.equal((await fs.stat(secret)).mode & 0o777, 0o600)
      assert.deepEqual(await routeOf(root), ['https://harbor.example/hub/v2', SERVER])
      const applied = await run(['apply', '--root', root, '-f', list])
      assert.equal(applied.code, 0, applied.stderr)
      assert.deepEqual(await routeOf(root), ['https://harbor.example/hub/v2, header Authorization', SERVER])
    }))

  const SERVER = 'https://registry-1.docker.io/v2'

  /** Without what each mirror of a list has. */
  async function routeOf(root: string): Promise<readonly string[]> {
    const words = inWords(containerd.endpoints(await observeTree(root, '2.3.4'), 'docker.io/team/app:1')[0])
    return words.map(text => text.replace(/, (pull\+resolve|within \S+)/g, ''))
  }

  const NOT_LISTED: Readonly<Record<string, readonly [string, RegExp]>> = {
    'over http': [login('http://harbor.example'), /everyone on the network can read it/],
    'for the server': [
      `username = "u"\npassword = "planted"\n${HUB}`,
      /set server = \{ url = "…", header = /,
    ],
    'of half a login': [HUB.concat('username = "u"\n'), /set header = \{ Authorization = \{ basic = /],
    'beside a header': [
      login('https://harbor.example', 'header = { Authorization = "Bearer planted" }\n'),
      /nothing to do: the list has the Authorization header/,
    ],
  }
  for (const [what, [hosts, remedy]] of Object.entries(NOT_LISTED)) {
    it(`does not list a login ${what}, and names the remedy`, async () => {
      const { code, stdout, stderr } = await importOf(node(hosts))
      assert.equal(code, 0, stderr)
      assert.doesNotMatch(stdout, /basic/)
      assert.doesNotMatch(stdout + stderr, /planted/)
      assert.match(stderr, /the list does not have this login/)
      assert.match(stderr, remedy)
    })
  }
})

describe('import of a path without override_path', () => {
  const saidOf = async (host: string) =>
    (await importOf({ [CONFIG]: CONFIGURED, [hostsOf('docker.io')]: `[host."${host}` })).stderr

  it('carries the path, and names the one that may be meant', async () => {
    const said = await saidOf('https://harbor.example/hub"]\n')
    assert.match(said, /containerd requests \/hub\/v2\/<image>\/manifests/)
    assert.match(said, /write https:\/\/harbor\.example\/v2\/hub in the list/)
  })
  it('names the path that has /v2 already', async () => {
    const said = await saidOf('https://harbor.example/v2/hub"]\n')
    assert.match(said, /containerd requests \/v2\/hub\/v2\/<image>\/manifests/)
    assert.match(said, /write https:\/\/harbor\.example\/v2\/hub in the list/)
  })
  it('says nothing where the path is meant as it is', async () => {
    assert.doesNotMatch(
      await saidOf('https://harbor.example/hub/v2"]\noverride_path = true\n'),
      /may be meant|requests/,
    )
    assert.doesNotMatch(await saidOf('https://harbor.example"]\n'), /requests/)
  })
})

describe('import of hosts.toml files that containerd does not read', () => {
  const IMAGES = '[plugins."io.containerd.cri.v1.images".registry]'
  const GRPC = '[plugins."io.containerd.grpc.v1.cri"'
  const IMPORTS = 'imports = ["/etc/containerd/conf.d/*.toml"]\n'
  const DROP_IN = '/etc/containerd/conf.d/99-gpu.toml'
  const PATH = `config_path = "${CERTS}"\n`

  const NODES: Readonly<Record<string, readonly [Files, RegExp]>> = {
    'a drop-in that empties config_path': [
      {
        [CONFIG]: `version = 3\n${IMPORTS}${IMAGES}\n${PATH}`,
        [DROP_IN]: `version = 3\n${IMAGES}\nconfig_path = ""\n`,
      },
      /^notice: \/etc\/containerd\/conf\.d\/99-gpu\.toml:3: containerd does not use these mirrors now: this file sets config_path to "", after \/etc\/containerd\/config\.toml sets it to .*; remove config_path from \/etc\/containerd\/conf\.d\/99-gpu\.toml$/m,
    ],
    'a table of another version': [
      { [CONFIG]: `version = 3\n${GRPC}.registry]\n${PATH}` },
      /config\.toml:2: containerd before 2\.3\.0 does not use these mirrors: \[plugins\."io\.containerd\.grpc\.v1\.cri"\] is not a table of a file of version 3; use \[plugins\."io\.containerd\.cri\.v1\.images"\]/,
    ],
    'a drop-in that replaces the CRI tables in 1.x': [
      {
        [CONFIG]: `version = 2\n${IMPORTS}${GRPC}.registry]\n${PATH}`,
        [DROP_IN]: `version = 2\n${GRPC}]\nsandbox_image = "pause"\n`,
      },
      /99-gpu\.toml: containerd before 2\.0\.0 does not use these mirrors: this file replaces the CRI tables of \/etc\/containerd\/config\.toml/,
    ],
  }
  for (const [what, [files, said]] of Object.entries(NODES)) {
    it(`names ${what}`, async () => {
      const { code, stdout, stderr } = await importOf({ ...files, [hostsOf('docker.io')]: HUB })
      assert.equal(code, 0, stderr)
      assert.match(stdout, /https:\/\/hub\.example/)
      assert.match(stderr, said)
    })
  }

  it('says nothing where every release reads them', async () => {
    const { stderr } = await importOf({ [CONFIG]: CONFIGURED, [hostsOf('docker.io')]: HUB })
    assert.equal(stderr, '')
  })
})

describe('import of a hosts.toml that another directory hides', () => {
  const OWN = 'server = "https://reg.example:5000"\n'
  const twins = (read: string): Files => ({
    [CONFIG]: CONFIGURED,
    [hostsOf('reg.example:5000')]:
      `${OWN}[host."https://cache.example"]\ncapabilities = ["pull", "resolve"]\n`,
    [hostsOf('reg.example_5000_')]: read,
  })

  it('fails where nothing else has a mirror, with a command that imports the file', async () =>
    await withDirectory(async root => {
      await writeTree(root, twins(OWN))
      const { code, stderr } = await run(['import', '--root', root])
      assert.equal(code, 2)
      assert.match(stderr, /^error: no mirrors found on this node; import a file that is not used \(below\)/)
      assert.match(
        stderr,
        /reg\.example:5000\/hosts\.toml: containerd reads \S+reg\.example_5000_ instead of this directory/,
      )
      const [, from = ''] = /run regmirror import --from (.*)$/m.exec(stderr) ?? []
      const named = await run(['import', '--from', from])
      assert.match(
        named.stdout,
        /\[registries\."reg\.example:5000"\]\nmirrors = \["https:\/\/cache\.example"\]/,
      )
    }))

  it('lists what containerd reads, and names the other file', async () => {
    const { stdout, stderr } = await importOf(twins(`${OWN}[host."https://twin.example"]\n`))
    assert.match(stdout, /twin\.example/)
    assert.doesNotMatch(stdout, /cache\.example/)
    assert.match(stderr, /to list its mirrors, run regmirror import --from \S+reg\.example:5000\/hosts\.toml/)
  })
})

describe('import of a directory without hosts.toml', () => {
  const CA = readFileSync(path.join(import.meta.dirname, '../fixtures/tls/ca.pem'), 'utf8')
  const node = (more: Files): Files => ({ [CONFIG]: CONFIGURED, [`${CERTS}/quay.io/ca.crt`]: CA, ...more })
  const ANY = '[host."http://10.0.0.5:5000"]\ncapabilities = ["pull", "resolve"]\n'
  const APART =
    /certs\.d\/quay\.io: quay\.io does not use the mirrors of "\*": containerd reads this directory, which has no hosts\.toml/

  it('says that the mirrors of _default are not used for this registry', async () => {
    const { stdout, stderr } = await importOf(node({ [hostsOf('_default')]: ANY }))
    assert.match(stdout, /\[registries\."quay\.io"\]\nserver = \{/)
    assert.match(stderr, APART)
  })
  it('says nothing beside a _default without mirrors, or with a hosts.toml', async () => {
    const empty = await importOf(
      node({ [hostsOf('_default')]: 'server = ""\n[host]\n', [hostsOf('docker.io')]: HUB }),
    )
    const own = await importOf(node({ [hostsOf('_default')]: ANY, [hostsOf('quay.io')]: ANY }))
    for (const { code, stderr } of [empty, own]) {
      assert.equal(code, 0, stderr)
      assert.doesNotMatch(stderr, /does not use/)
    }
  })
})

describe('import of a login in config.toml', () => {
  const REGISTRY = '[plugins."io.containerd.grpc.v1.cri".registry'
  const MIRRORS = `${REGISTRY}.mirrors."docker.io"]\nendpoint = ["https://hub.example/v2/proxy"]\n`
  const AUTH = `${REGISTRY}.configs."hub.example".auth]\nusername = "robot"\npassword = "planted"\n`
  const configs = {
    'beside config_path': `${CONFIGURED}${MIRRORS}${AUTH}`,
    'without config_path': `version = 2\n${MIRRORS}${AUTH}`,
  }
  for (const [what, config] of Object.entries(configs)) {
    it(`says where it stays, ${what}`, async () => {
      const { stdout, stderr } = await importOf({ [CONFIG]: config })
      assert.match(stdout, /https:\/\/hub\.example\/v2\/proxy/)
      assert.doesNotMatch(stdout + stderr, /planted/)
      assert.match(
        stderr,
        /config\.toml:\d+: the login for hub\.example is not in the list: it stays in this file/,
      )
      assert.match(stderr, /regmirror apply --migrate=headers/)
    })
  }

  it('stays in the file when the list is applied with --migrate', async () =>
    await withDirectory(async directory => {
      const root = path.join(directory, 'node')
      await writeTree(root, { [CONFIG]: configs['beside config_path'] })
      const list = path.join(directory, 'mirrors.toml')
      const imported = await run(['import', '--root', root, '-o', list])
      assert.equal(imported.code, 0, imported.stderr)
      const applied = await run(['apply', '--migrate', '--root', root, '-f', list])
      assert.equal(applied.code, 0, applied.stderr)
      const config = await fs.readFile(path.join(root, CONFIG), 'utf8')
      assert.ok(config.includes(AUTH))
      assert.ok(!config.includes('endpoint'))
    }))
})
