/** apply --migrate: what regmirror remembers of the tables that it took out of config.toml. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { run } from './support/run.ts'
import { withDirectory, writeTree } from './support/tree.ts'

const R = 'plugins."io.containerd.grpc.v1.cri".registry'
const CONFIG = 'etc/containerd/config.toml'
const DROP_IN = 'etc/containerd/conf.d/10-mirrors.toml'
const MIRRORS = `\n# of the office\n[${R}.mirrors."docker.io"]\n  endpoint = ["https://hub.example"]\n`
const AUTH = `[${R}.configs."hub.example".auth]\n  password = "planted-secret"\n`
const BEFORE = `version = 2\nimports = ["/etc/containerd/conf.d/*.toml"]\n${MIRRORS}\n${AUTH}`
const IMPORTED = `version = 2\n${MIRRORS.replaceAll('docker.io', 'quay.io')}`
const LIST = `version = 1
[registries."docker.io"]
mirrors = ["https://hub.example"]
[registries."quay.io"]
mirrors = ["https://hub.example"]
[targets.containerd]
version = "2.1"
`

interface Node {
  readonly root: string
  readonly apply: (...flags: string[]) => Promise<void>
  readonly restore: (...flags: string[]) => Promise<string>
  readonly read: (file: string) => Promise<string>
  readonly write: (file: string, text: string) => Promise<void>
}

async function withNode(use: (node: Node) => Promise<void>): Promise<void> {
  await withDirectory(async root => {
    const at = (file: string) => path.join(root, file)
    await writeTree(root, { [CONFIG]: BEFORE, [DROP_IN]: IMPORTED, 'mirrors.toml': LIST })
    await use({
      root,
      read: file => fs.readFile(at(file), 'utf8'),
      write: (file, text) => fs.writeFile(at(file), text),
      apply: async (...flags) => {
        const { code, stderr } = await run(['apply', '--root', root, '-f', at('mirrors.toml'), ...flags])
        assert.equal(code, 0, stderr)
      },
      restore: async (...flags) => {
        const { code, stderr } = await run(['restore', '--root', root, ...flags])
        assert.equal(code, 0, stderr)
        return stderr
      },
    })
  })
}

describe('apply --migrate', () => {
  it('is not undone by an apply without it, and restore puts every byte back', () =>
    withNode(async ({ apply, restore, read }) => {
      await apply('--migrate')
      const migrated = [await read(CONFIG), await read(DROP_IN)]
      assert.ok(migrated.every(text => !text.includes('mirrors')))
      await apply()
      assert.deepEqual([await read(CONFIG), await read(DROP_IN)], migrated)
      await restore()
      assert.deepEqual([await read(CONFIG), await read(DROP_IN)], [BEFORE, IMPORTED])
    }))

  it('is still known after config_path was set again', () =>
    withNode(async ({ apply, restore, read, write }) => {
      await apply('--migrate')
      const changed = (await read(CONFIG)).replace('/etc/containerd/certs.d', '')
      await write(CONFIG, changed)
      await apply()
      await restore()
      assert.equal(await read(CONFIG), BEFORE)
    }))

  it('removes tables that were added again, and restore puts the first ones back', () =>
    withNode(async ({ apply, restore, read, write }) => {
      await apply('--migrate')
      await write(DROP_IN, IMPORTED.replace('hub.example', 'other.example'))
      await apply('--migrate')
      assert.equal(await read(DROP_IN), 'version = 2\n')
      await restore()
      assert.equal(await read(DROP_IN), IMPORTED)
    }))

  it('restore puts the tables at the end where the rest of the file has changed', () =>
    withNode(async ({ apply, restore, read, write }) => {
      await apply('--migrate')
      await write(CONFIG, `oom_score = 1\n${await read(CONFIG)}`)
      await restore()
      assert.equal(await read(CONFIG), `oom_score = 1\n${BEFORE.replace(MIRRORS, '')}${MIRRORS.slice(1)}`)
    }))

  it('runs the commands of its page, with their output', () =>
    withNode(async ({ root, write }) => {
      const page = await fs.readFile(path.join(import.meta.dirname, '../docs/migrate.md'), 'utf8')
      const [commands = '', output = ''] = [...page.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(
        ([, text]) => text ?? '',
      )
      const [plan, apply, restart] = [...commands.matchAll(/^regmirror (.*?) +#/gm)].map(
        ([, args]) => args?.split(' ') ?? [],
      )
      const named = ['--root', root, '-f', path.join(root, 'mirrors.toml')]
      await write(
        CONFIG,
        `version = 2\n[${R}.mirrors."docker.io"]\nendpoint = ["https://hub.mirror.example"]\n[${R}.mirrors."gcr.io"]\nendpoint = ["https://gcr.mirror.example"]\n`,
      )
      const gcr = '{ url = "https://gcr.mirror.example", capabilities = ["pull"] }'
      await write(
        'mirrors.toml',
        `version = 1\n[registries."docker.io"]\nmirrors = ["https://hub.mirror.example"]\n[registries."gcr.io"]\nmirrors = [${gcr}]\n[targets.containerd]\nversion = "2.1"\n`,
      )
      const planned = await run([...(plan ?? []), ...named])
      assert.ok(output.length > 100 && planned.stdout.includes(output), planned.stdout + planned.stderr)
      const refused = await run([...(restart ?? []), ...named])
      assert.match(refused.stderr, /--restart and --root cannot be used together/)
      assert.equal((await run([...(apply ?? []), ...named])).code, 0)
      assert.equal((await run(['restore', '--root', root])).code, 0)
    }))

  it('keeps no secret in the state file', () =>
    withNode(async ({ apply, read }) => {
      await apply('--migrate')
      assert.ok(!(await read('var/lib/regmirror/state.json')).includes('planted-secret'))
    }))
})
