/** What regmirror says of a config.toml that it does not edit is what the real containerd does with it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { run } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'
import { containerdVersion, generations, launcher, needRuntime, treeOf } from './support/runtimes.ts'

const GRPC = '[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/claimed"\n'
const IMAGES = '[plugins."io.containerd.cri.v1.images".registry]\nconfig_path = "/claimed"\n'

/** Files that only some releases start with. */
const UNEDITED: Readonly<Record<string, Buffer>> = {
  'in another encoding': Buffer.from('# \xc5l\xe9ments\nversion = 2\n', 'latin1'),
  'with an escape in a comment': Buffer.from('# \x1b[1mbold\nversion = 2\n'),
  'with a table and a key on one line': Buffer.from('version = 2\n[grpc] address = "/run/x.sock"\n'),
  'that is broken': Buffer.from('version = \n'),
  'that is a template': Buffer.from('version = 2\n{% if x %}\n[debug]\n{% endif %}\n'),
}

/** Files with CRI tables of one version, and whether regmirror calls them ignored. */
const TABLES: Readonly<Record<string, string>> = {
  'version 2 with its tables': `version = 2\n${GRPC}`,
  'version 2 with tables of version 3': `version = 2\n${IMAGES}`,
  'version 3 with its tables': `version = 3\n${IMAGES}`,
  'version 3 with tables of version 2': `version = 3\n${GRPC}`,
}

for (const { title, suite } of generations) {
  describe(`what regmirror says of a config.toml of ${title}`, function () {
    this.timeout(60_000)
    before(function () {
      needRuntime(this, `containerd-${suite}`, true)
    })
    const name = `containerd-${suite}`
    const dump = (file: string) =>
      spawnSync(launcher(name, 'containerd'), ['--config', file, 'config', 'dump'], { encoding: 'utf8' })

    /** The plan for a node with this file, and what containerd makes of the file. */
    const compare = (config: string | Buffer) =>
      withDirectory(async home => {
        const file = path.join(home, 'node/etc/containerd/config.toml')
        await fs.mkdir(path.dirname(file), { recursive: true })
        await fs.writeFile(file, config)
        const list = path.join(home, 'mirrors.toml')
        const version = containerdVersion(treeOf(name))
        const text = `version = 1\n[registries."quay.io"]\n[targets.containerd]\nversion = "${version}"\n`
        await fs.writeFile(list, text)
        const plan = await run(['plan', '--root', path.join(home, 'node'), '-f', list])
        return { plan, dumped: dump(file) }
      })

    for (const [what, config] of Object.entries(UNEDITED)) {
      it(`is true of a file ${what}`, async () => {
        const { plan, dumped } = await compare(config)
        assert.equal(plan.code, 2)
        const says = plan.stderr.includes('containerd 1.x reads it')
        assert.equal(dumped.status === 0, says, `${plan.stderr}${dumped.stderr}`)
      })
    }

    for (const [what, config] of Object.entries(TABLES)) {
      it(`is true of ${what}`, async () => {
        const { plan, dumped } = await compare(config)
        // A file that containerd does not read at all is refused.
        if (plan.code === 2) return assert.match(plan.stderr, /is version 3, but containerd 1/)
        const isIgnored = /notice: .*:2: containerd \S+ ignores registry/.test(plan.stderr)
        assert.equal(!dumped.stdout.includes('/claimed'), isIgnored, `${plan.stderr}${dumped.stdout}`)
      })
    }
  })
}
