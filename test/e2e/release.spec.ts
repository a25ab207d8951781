/** A release: its files, and what users do with them. */
import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { sourceFiles } from '../../tools/release/sources.ts'
import { startRegistry } from '../support/registry.ts'
import { withDirectory } from '../support/tree.ts'
import { ansible, ansibles, COLLECTION, environmentOf } from './support/ansible.ts'
import { needBuilt } from './support/built.ts'
import { sbomValidator } from './support/cyclonedx.ts'
import { EMPTY_NODE, runOnEmptyNode, serveFolder } from './support/empty-node.ts'
import { RELEASE } from './support/packages.ts'
import { needRuntime } from './support/runtimes.ts'
import { needArm64, runTool } from './support/single-file.ts'

const PROJECT = path.resolve(import.meta.dirname, '../..')
const NODE = path.join(PROJECT, 'tools/node/node_modules/.bin/node')
/** The smallest files take minutes to compress. */
const FAST = process.env.REGMIRROR_TEST === 'full' ? [] : ['--fast']

const read = (...names: readonly string[]) => fs.readFile(path.join(...names), 'utf8')
const json = async (...names: readonly string[]) => JSON.parse(await read(...names))
const output = (program: string, ...args: readonly string[]) =>
  execFileSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28 })

/** A block of shell commands in docs/install.md. */
async function commandsOf(heading: string, nth = 0): Promise<string> {
  const section = new RegExp(`^## ${heading}\n(.*?)(?=^## |(?![^]))`, 'ms')
  const [, text = ''] = section.exec(await read(PROJECT, 'docs/install.md')) ?? []
  const [, block = ''] = [...text.matchAll(/^```sh\n(.*?)^```/gms)][nth] ?? []
  assert.notEqual(block, '')
  return block
}

describe('a release', function () {
  this.timeout(600_000)
  let folder = ''
  let version = ''
  let printed = ''
  const file = (...names: readonly string[]) => path.join(folder, ...names)
  const released = (...names: readonly string[]) => file('first', ...names)

  before(async function () {
    await needArm64(this)
    needRuntime(this, EMPTY_NODE, true)
    needBuilt()
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-release-'))
    version = (await json(PROJECT, 'package.json')).version
    if (RELEASE === undefined) runTool('tools/release/release.ts', released(), ...FAST)
    else await fs.cp(RELEASE, released(), { recursive: true })
    printed = runTool('tools/release/release.ts', file('second'), ...FAST)
  })
  after(async () => {
    if (folder !== '') await fs.rm(folder, { recursive: true, force: true })
  })

  it('has the same bytes when it is built twice', () => {
    const digests = (folder: string) => output('sh', '-c', 'cd "$1" && sha256sum *', 'sh', folder)
    assert.equal(digests(file('second')), digests(released()))
  })

  it('has the files that docs/releasing.md names, and prints them with their sizes', async () => {
    const [table = ''] = /^\| file .*?\n\n/ms.exec(await read(PROJECT, 'docs/releasing.md')) ?? []
    const rows = table.split('\n').map(row => row.split('|')[1] ?? '')
    const documented = rows.flatMap(cell => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name))
    const names = await fs.readdir(released())
    assert.deepEqual(names.toSorted(), documented.toSorted())
    for (const name of names) assert.match(printed, new RegExp(`^ *\\d+ [kM]B .*/${name}$`, 'm'))
  })

  it('has a digest of each file', async () => {
    const checked = spawnSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], {
      cwd: released(),
      encoding: 'utf8',
    })
    assert.equal(checked.status, 0, checked.stderr)
    const names = (await fs.readdir(released())).filter(name => name !== 'SHA256SUMS')
    assert.deepEqual(checked.stdout.trim().split('\n').sort(), names.map(name => `${name}: OK`).sort())
  })

  it('refuses to replace a folder with other files', () =>
    withDirectory(async directory => {
      await fs.writeFile(path.join(directory, 'letter.txt'), '')
      assert.throws(
        () => runTool('tools/release/release.ts', directory, '--fast'),
        /holds something else than a release; name another folder/,
      )
      assert.deepEqual(await fs.readdir(directory), ['letter.txt'])
    }))

  if (FAST.length === 0) {
    it('has the sizes that docs/install.md names', async () => {
      const rows = (await read(PROJECT, 'docs/install.md')).matchAll(
        /^\| .*\]\(#([\w-]+)\).*\| (\d+) MB \|/gm,
      )
      const documented = Object.fromEntries([...rows].map(([, anchor, size]) => [anchor, Number(size)]))
      const sizeOf = async (name: string) => Math.round((await fs.stat(released(name))).size / 1e6)
      assert.deepEqual(documented, {
        'debian-and-ubuntu': await sizeOf(`regmirror_${version}_amd64.deb`),
        'one-executable': await sizeOf('regmirror-linux-amd64.gz'),
        npm: await sizeOf(`regmirror-${version}.tgz`),
      })
    })
  }

  describe('its SBOM', () => {
    const sbom = async () => await json(released(`regmirror-${version}.cdx.json`))

    it('is valid CycloneDX', async () => {
      const validate = sbomValidator()
      assert.ok(validate(await sbom()), JSON.stringify(validate.errors))
      for (const wrong of [{ specVersion: 1.6 }, { serialNumber: 'urn:uuid:1' }, { author: 'x' }])
        assert.ok(!validate({ ...(await sbom()), ...wrong }), JSON.stringify(wrong))
    })

    it('refers only to what it lists, each once', async () => {
      const { metadata, components, dependencies } = await sbom()
      const all = [metadata.component, ...components, ...components.flatMap(nested)]
      const refs = all.map(component => component['bom-ref'])
      assert.equal(new Set(refs).size, refs.length)
      for (const { ref, dependsOn } of dependencies)
        for (const name of [ref, ...dependsOn]) assert.ok(refs.includes(name), name)
    })

    it('lists every package whose licence the release has, with the digest of the lock file', async () => {
      const licenses = await read(released('THIRD-PARTY-LICENSES'))
      const titles = [...licenses.matchAll(/^(\S+ \d\S*)\nLicence: (\S+)$/gm)]
      assert.ok(titles.length > 15)
      const libraries = (await sbom()).components.filter(({ type }: Component) => type === 'library')
      const listed = libraries.map((one: Component) => [`${one.name} ${one.version}`, licenseOf(one)])
      assert.deepEqual(listed.sort(), titles.map(([, title, license]) => [title, license]).sort())
      const { packages } = await json(PROJECT, 'package-lock.json')
      for (const { name, hashes } of libraries) {
        const digest = Buffer.from(hashes[0].content, 'hex').toString('base64')
        assert.equal(`sha512-${digest}`, packages[`node_modules/${name}`].integrity, name)
      }
    })

    it('lists Node and what this Node reports to contain', async () => {
      const { node, modules, napi, ...parts } = JSON.parse(
        output(NODE, '-p', 'JSON.stringify(process.versions)'),
      )
      assert.ok(Number(modules) > 0 && Number(napi) > 0)
      const platform = (await sbom()).components.find(({ type }: Component) => type === 'platform')
      assert.equal(platform.version, node)
      const listed = platform.components.map((part: Component) => [part.name, part.version])
      assert.deepEqual(
        Object.fromEntries(listed),
        Object.fromEntries(Object.entries(parts).filter(([, version]) => version !== '')),
      )
    })
  })

  it('has an npm package of the build and of committed files that users need', async () => {
    const tarball = released(`regmirror-${version}.tgz`)
    const packed = output('tar', '-tzf', tarball).trim().split('\n')
    const names = packed.map(name => name.replace(/^package\//, ''))
    const committed = sourceFiles(PROJECT)
    const surprising = names.filter(name => !committed.includes(name) && !name.startsWith('dist/'))
    assert.deepEqual(surprising, [])
    const needed = /^(bin|dist|templates)\/|^docs\/.*\.md$|^(package|schema)\.json$|^[A-Z]+(\.zh-CN)?(\.md)?$/
    assert.deepEqual(
      names.filter(name => !needed.test(name)),
      [],
    )
    assert.ok((await fs.stat(tarball)).size < 2e6)
  })

  describe('its collection', () => {
    for (const { title, tree } of ansibles) {
      it(`has the files that ${title} packs, and is installed by it`, async function () {
        needRuntime(this, tree, false)
        await withDirectory(async home => {
          const galaxy = (...args: readonly string[]) => {
            const [program, ...words] = [...ansible('ansible-galaxy', tree), 'collection', ...args]
            return execFileSync(program as string, words, { env: environmentOf(home), encoding: 'utf8' })
          }
          const ours = released(`regmirror-node-${version}.tar.gz`)
          await copyCommitted(path.join(home, 'source'))
          galaxy('build', path.join(home, 'source'), '--output-path', home)
          const theirs = path.join(home, path.basename(ours))
          for (const name of ['FILES.json', 'MANIFEST.json'])
            assert.deepEqual(manifestOf(ours, name), manifestOf(theirs, name))
          assert.match(galaxy('install', '--offline', ours, '-p', home), /was installed successfully/)
          galaxy('verify', '--offline', '-p', home, 'regmirror.node')
        })
      })
    }
  })

  it('is downloaded, verified, installed and applied in one command line on a node without Node', async () => {
    const registry = await startRegistry({})
    const list = `version = 1\n[registries."docker.io"]\nserver = "${registry.url}"\nmirrors = ["${registry.url}"]\n[targets.containerd]\nversion = "2.1"\n`
    await using server = await serveFolder(released(), { 'mirrors.toml': list })
    const [, program = ''] = (await commandsOf('One executable')).split('\n')
    const line = await commandsOf('One executable', 1)
    await fs.mkdir(file('node'))
    const start = Date.now()
    const shown = 'cat /etc/containerd/certs.d/docker.io/hosts.toml'
    const stdout = await runOnEmptyNode(file('node'), [`url=${server.url}`, program, line, shown].join('\n'))
    console.log(`    from nothing to mirrors applied and probed: ${(Date.now() - start) / 1000} s`)
    await registry.close()
    assert.match(stdout, /^regmirror-linux-amd64\.gz: OK$/m)
    assert.match(stdout, /created/)
    assert.match(stdout, /\bhealthy/)
    assert.ok(stdout.includes(`[host."${registry.url}"]`), stdout)
  })

  it('is installed by the documented steps, and a damaged file is refused', async () => {
    await using server = await serveFolder(released(), {})
    const commands = (await commandsOf('One executable')).replace(/^url=.*/, `url=${server.url}`)
    const [folders, steps] = [['whole', 'damaged'].map(name => file(name)), commands]
    for (const name of folders) await fs.mkdir(name)
    const [whole = '', damaged = ''] = folders
    const stdout = await runOnEmptyNode(whole, `${steps}\nregmirror --version`)
    assert.equal(stdout.trim().split('\n').at(-1), version)
    const change = steps.replace(/^sha256sum/m, 'echo >>"$program.gz"\nsha256sum')
    assert.notEqual(change, steps)
    await assert.rejects(runOnEmptyNode(damaged, change), /regmirror-linux-amd64\.gz: FAILED|did NOT match/)
  })

  it('is installed and run by npm', async () => {
    await using server = await serveFolder(released(), {})
    const commands = `url=${server.url}\n${await commandsOf('npm')}"$HOME/bin/regmirror" --version\n`
    await withDirectory(async home => {
      const env = { PATH: process.env.PATH, HOME: home, npm_config_prefix: home, npm_config_cache: home }
      const quiet = { npm_config_audit: 'false', npm_config_update_notifier: 'false' }
      const { stdout } = await promisify(execFile)('sh', ['-ec', commands], {
        cwd: home,
        env: { ...env, ...quiet },
      })
      assert.deepEqual(stdout.trim().split('\n').slice(-2), [version, version])
    })
  })
})

interface Component {
  readonly name: string
  readonly version: string
  readonly type: string
  readonly licenses: readonly { readonly license: { readonly id: string } }[]
  readonly components?: readonly Component[]
}

function nested({ components = [] }: Component): readonly Component[] {
  return components
}

function licenseOf({ licenses }: Component): string | undefined {
  return licenses[0]?.license.id
}

/** The collection without what test runs have left in it. */
async function copyCommitted(to: string): Promise<void> {
  for (const name of sourceFiles(COLLECTION)) await fs.cp(path.join(COLLECTION, name), path.join(to, name))
}

/** A manifest in an archive: its files by name, and without the digest of FILES.json, whose order is free. */
function manifestOf(archive: string, name: string): unknown {
  const { files, file_manifest_file, ...rest } = JSON.parse(output('tar', '-xzOf', archive, name))
  const { chksum_sha256, ...about } = file_manifest_file ?? {}
  const named = (files ?? []).map((entry: Component) => [entry.name, entry])
  return { ...rest, about, files: Object.fromEntries(named) }
}
