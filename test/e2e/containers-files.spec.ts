/** Files that containers/image refuses: regmirror and the real programs agree on each. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { STDIN } from '../../lib/system/memory-file.ts'
import { isParsed } from '../../lib/targets/containers/files/config-file.ts'
import { parseFile } from '../../lib/targets/containers/files/parse-file.ts'
import { locationProblem } from '../../lib/targets/containers/files/references.ts'
import {
  failsOnByteOrderMark,
  failsOnDanglingLink,
  parseRelease,
} from '../../lib/targets/containers/release.ts'
import type { Snapshot } from '../../lib/targets/containers/snapshot.ts'
import { validate } from '../../lib/targets/containers/validate.ts'
import type { DesiredFile } from '../../lib/targets/target.ts'
import type { Machine } from '../../lib/targets/view.ts'
import { openPodman, type PodmanNode, podmans } from './support/podman.ts'
import { needRuntime } from './support/runtimes.ts'

const HUB = '[[registry]]\nlocation = "docker.io"\n'
const mirror = (keys: string) => `${HUB}[[registry.mirror]]\n${keys}\n`

const REFUSED: Readonly<Record<string, string>> = {
  'is not TOML': '[[registry]\nlocation = "docker.io"\n',
  'has a value of a wrong type': '[[registry]]\nlocation = "docker.io"\ninsecure = "true"\n',
  'has a location with a scheme': '[[registry]]\nlocation = "https://docker.io"\n',
  'has a mirror with a scheme': mirror('location = "http://a.example"'),
  'has a mirror without a location': mirror('insecure = true'),
  'has an unknown pull-from-mirror': mirror('location = "a.example"\npull-from-mirror = "digests"'),
  'has pull-from-mirror for the registry': `${HUB}pull-from-mirror = "all"\n`,
  'has both keys for digests': `${HUB}mirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "a.example"\npull-from-mirror = "all"\n`,
  'has a prefix without a location': '[[registry]]\nprefix = "docker.io"\n',
  'has a table without a name': '[[registry]]\ninsecure = true\n',
  'has another insecure for one location': `${HUB}[[registry]]\nprefix = "quay.io"\nlocation = "docker.io"\ninsecure = true\n`,
  'has another blocked for one location': `${HUB}[[registry]]\nprefix = "quay.io"\nlocation = "docker.io"\nblocked = true\n`,
  'is of version 1': '[registries.search]\nregistries = ["docker.io"]\n',
  'has a key twice': `${HUB}location = "quay.io"\n`,
  'has a prefix with * and a path': '[[registry]]\nprefix = "*.example.com/a"\nlocation = "a.example"\n',
  'has a registry that is no list': '[registry]\nlocation = "docker.io"\n',
  'has an unknown short-name-mode': 'short-name-mode = "always"\n',
  'searches something that is no registry': 'unqualified-search-registries = ["docker.io/library"]\n',
  'has an alias of a short name': '[aliases]\n"alpine" = "alpine"\n',
  'has an alias that is no short name': '[aliases]\n"docker.io/alpine" = "docker.io/library/alpine"\n',
  'has an alias with a tag': '[aliases]\n"alpine" = "docker.io/library/alpine:1"\n',
}

const ACCEPTED: Readonly<Record<string, string>> = {
  'is empty': '',
  'has keys that are not known': '[[registry]]\nlocation = "docker.io"\nmirrors = 7\n[other]\na = 1\n',
  'has keys in capitals': '[[Registry]]\nLOCATION = "docker.io"\nInsecure = true\n',
  'has a / at the end of a location': '[[registry]]\nlocation = "docker.io/"\n',
  'has a prefix twice': `${HUB}${HUB}`,
  'has a prefix with *': '[[registry]]\nprefix = "*.example.com"\n',
  'has inline tables': 'registry = [{ location = "docker.io", mirror = [{ location = "a.example" }] }]\n',
  'takes an alias back': '[aliases]\n"alpine" = ""\n"a/b" = "quay.io/a/b"\n',
  'has a path in capitals': mirror('location = "a.example/Hub"'),
}

/** Locations with which every pull fails, though the files are read. */
const USELESS = [
  'a.example/Hub',
  'a_b.example:5000',
  '[::1]:5000',
  'mirror/hub',
  'index.docker.io',
  'a.example/-x',
]

for (const { title, suite, tree } of podmans) {
  describe(`a drop-in, read by ${title} and by regmirror`, function () {
    this.timeout(120_000)
    let home: string
    let node: PodmanNode
    const release = parseRelease(suite === 'bookworm' ? '4.3.1' : '5.8.6')
    const dropIn = 'etc/containers/registries.conf.d/50-test.conf'

    before(async function () {
      needRuntime(this, tree, true)
      home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-podman-'))
      node = await openPodman(tree, home, { [dropIn]: '' })
    })

    after(async () => {
      if (home !== undefined) await fs.rm(home, { recursive: true, force: true })
    })

    /** Nothing listens there: the files are read before a connection is refused. */
    const inspect = async (text: string, image = '127.0.0.1:1/library/x:1') => {
      await fs.writeFile(path.join(node.root, dropIn), text)
      return (await node.run('skopeo', 'inspect', '--no-tags', `docker://${image}`)).said
    }
    const isRefused = (text: string) => !isParsed(parseFile(`/${dropIn}`, text, 'drop_in'))

    it(`is refused by both: ${Object.keys(REFUSED).length} kinds`, async () => {
      for (const [what, text] of Object.entries(REFUSED)) {
        const said = await inspect(text)
        assert.match(said, /loading|registries/i, `${suite}: a file that ${what}: ${said}`)
        assert.doesNotMatch(said, /refused/, `${suite}: a file that ${what}`)
        assert.ok(isRefused(text), what)
      }
    })

    it(`is read by both: ${Object.keys(ACCEPTED).length} kinds`, async () => {
      for (const [what, text] of Object.entries(ACCEPTED)) {
        assert.match(await inspect(text), /connection refused/, `${suite}: a file that ${what}`)
        assert.ok(!isRefused(text), what)
      }
    })

    it('with a location that an image name cannot have fails every pull of its registry', async () => {
      for (const location of USELESS) {
        const said = await inspect(mirror(`location = "${location}"`), 'docker.io/library/x:1')
        assert.match(said, /rewriting reference/, location)
        assert.notEqual(locationProblem(location), undefined, location)
      }
    })

    it('with a host of an underscore and no port never uses that mirror', async () => {
      const said = await inspect(mirror('location = "a_b.example"'), '127.0.0.1:1/library/x:1')
      assert.match(said, /connection refused/)
      const blocked = mirror('location = "a_b.example"').replace('docker.io', '127.0.0.1:1')
      assert.match(await inspect(blocked), /no Host/)
    })

    it('begins with a byte order mark: refused or read, by the release', async () => {
      const said = await inspect(`\ufeff${HUB}`)
      assert.equal(!/connection refused/.test(said), failsOnByteOrderMark(release), said)
    })

    it('is shown to Skopeo with all other files before it is written', async () => {
      const candidate = 'etc/containers/candidate'
      const at = { path: '/etc/containers/registries.conf.d/90-regmirror.conf', content: HUB }
      const file: DesiredFile = {
        ...at,
        secret: false,
        effect: 'immediate',
        why: '',
        owns: { kind: 'whole' },
      }
      const machine = {
        run: async (program: string, args: readonly string[]) => {
          await fs.writeFile(path.join(node.root, candidate), HUB)
          const { code, said } = await node.run(
            program,
            ...args.map(arg => arg.replace(STDIN, `/${candidate}`)),
          )
          return { code, stdout: '', stderr: said }
        },
      } as unknown as Machine
      const issues = () => validate([file], { places: { dropIn: file.path } } as Snapshot, { machine })
      await inspect('')
      assert.deepEqual(await issues(), [])
      await inspect('[[registry]]\nprefix = "quay.io"\n')
      const [issue] = await issues()
      assert.match(issue?.message ?? '', /^Skopeo refuses the files: .*50-test\.conf.*location is unset/)
    })

    it('conflicts with another file about one location without a failure', async () => {
      await fs.writeFile(
        path.join(node.root, 'etc/containers/registries.conf.d/60-other.conf'),
        '[[registry]]\nprefix = "quay.io"\nlocation = "docker.io"\ninsecure = true\n',
      )
      assert.match(await inspect(HUB), /connection refused/)
      await fs.rm(path.join(node.root, 'etc/containers/registries.conf.d/60-other.conf'))
    })

    it('is refused as a link that leads nowhere, or skipped, by the release', async () => {
      const link = path.join(node.root, 'etc/containers/registries.conf.d/70-link.conf')
      await fs.symlink('nowhere.conf', link)
      const said = await inspect('')
      await fs.rm(link)
      assert.equal(!/connection refused/.test(said), failsOnDanglingLink(release), said)
    })
  })
}
