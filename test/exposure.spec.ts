/** Files and directories that other users can write: reported, and closed before anything new is written. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Notice, PlanReport } from '../lib/model/report.ts'
import { readState } from '../lib/ownership/state.ts'
import { openWriter } from '../lib/system/writer.ts'
import { CERTS, CONFIG, hostsFile, LIST, withNode } from './support/node.ts'
import { run } from './support/run.ts'
import { withDirectory, writeTree } from './support/tree.ts'
import { eventually, listText, watching, withPlace } from './support/watching.ts'

const DIRECTORY = `${CERTS}/quay.io`
const HOSTS = hostsFile('quay.io')
const STRANGER = 1234
const TLS = path.join(import.meta.dirname, '../fixtures/tls')
const WITH_SECRET = LIST.replace(
  '"https://m.example"',
  '{ url = "https://m.example", ca = "ca.pem", header = { Authorization = "Bearer x" } }',
)

interface Node {
  readonly at: (file: string) => string
  readonly report: (verb: string, ...more: string[]) => Promise<PlanReport>
  readonly mode: (file: string) => Promise<string>
}

/** A node as root has it after an apply, with a config.toml of its own. */
const onNode = (list: string, use: (node: Node) => Promise<void>) =>
  withNode(
    { [CONFIG]: 'version = 2\n' },
    async ({ at, run, list: file }) => {
      for (const directory of ['.', 'etc', 'etc/containerd']) await fs.chmod(at(directory), 0o755)
      await fs.copyFile(path.join(TLS, 'ca.pem'), path.join(path.dirname(file), 'ca.pem'))
      const report = async (verb: string, ...more: string[]) => {
        const { code, stdout, stderr } = await run(verb, '--format', 'json', ...more)
        assert.ok(code < 2, stderr || stdout)
        return JSON.parse(stdout) as PlanReport
      }
      const mode = async (file: string) => {
        const { mode, uid } = await fs.stat(at(file))
        return `${(mode & 0o7777).toString(8)} ${uid}`
      }
      await report('apply')
      await use({ at, report, mode })
    },
    list,
    { uid: 0 },
  )

const changesOf = ({ changes }: PlanReport) =>
  changes.map(({ path: file, cause, effect, diff }) => ({ file, cause, effect, diff }))
const codesOf = (notices: readonly Notice[]) => notices.map(({ code, file }) => `${code} ${file}`)

describe('what other users could change', () => {
  before(function () {
    if (process.getuid?.() !== 0) this.skip()
  })

  const files: [title: string, list: string, file: string, closed: string][] = [
    ['hosts.toml', LIST, HOSTS, '644 0'],
    ['a hosts.toml with a secret', WITH_SECRET, HOSTS, '600 0'],
    ['config.toml', LIST, CONFIG, '644 0'],
  ]
  for (const [title, list, file, closed] of files) {
    for (const [what, open] of [
      ['mode 0666', (at: string) => fs.chmod(at, 0o666)],
      ['mode 0664', (at: string) => fs.chmod(at, 0o664)],
      ['another owner', (at: string) => fs.chown(at, STRANGER, STRANGER)],
    ] as const) {
      it(`${title} with ${what} is drift, and apply puts a closed file in its place`, () =>
        onNode(list, async ({ at, report, mode }) => {
          await open(at(file))
          const [before, bytes] = [await fs.stat(at(file)), await fs.readFile(at(file))]
          // An open descriptor keeps the old file.
          const handle = await fs.open(at(file), 'r+')
          try {
            const planned = await report('plan')
            const [change, ...more] = changesOf(planned)
            assert.deepEqual(more, [])
            assert.deepEqual(
              { ...change, diff: undefined },
              { file: `/${file}`, cause: 'drift', effect: 'immediate', diff: undefined },
            )
            assert.match(
              change?.diff ?? '',
              what === 'another owner' ? /^owner 1234 becomes/ : /^mode 066. becomes 06/,
            )
            assert.deepEqual(
              codesOf(planned.notices).filter(code => code.startsWith('permissions')),
              [`permissions_reset /${file}`],
            )
            assert.deepEqual(changesOf(await report('apply')), [change])
            await handle.write('theirs')
          } finally {
            await handle.close()
          }
          assert.equal(await mode(file), closed)
          assert.deepEqual(await fs.readFile(at(file)), bytes)
          assert.notEqual((await fs.stat(at(file))).ino, before.ino)
          assert.equal((await report('apply')).changed, false)
        }))
    }
  }

  it('new content is never in a file that another user has open', () =>
    onNode(LIST, async ({ at, report, mode }) => {
      await fs.chmod(at(HOSTS), 0o666)
      const handle = await fs.open(at(HOSTS), 'r+')
      await fs.writeFile(at('../mirrors.toml'), LIST.replace('m.example', 'n.example'), { mode: 0o600 })
      await report('apply')
      assert.doesNotMatch(await handle.readFile('utf8'), /n\.example/)
      await handle.write('theirs', 0)
      await handle.close()
      assert.match(await fs.readFile(at(HOSTS), 'utf8'), /n\.example/)
      assert.equal(await mode(HOSTS), '644 0')
    }))

  it('a stricter mode of an administrator stays', () =>
    onNode(LIST, async ({ at, report, mode }) => {
      for (const file of [HOSTS, CONFIG]) await fs.chmod(at(file), 0o600)
      assert.equal((await report('apply')).changed, false)
      assert.equal(await mode(HOSTS), '600 0')
    }))

  it('a change of the mode alone needs no restart, and finishes none', () =>
    onNode(LIST, async ({ at, report }) => {
      const before = await readState(openWriter(at('.')))
      await fs.chmod(at(CONFIG), 0o666)
      assert.deepEqual((await report('apply')).restart, [])
      assert.deepEqual(await readState(openWriter(at('.'))), before)
    }))

  for (const [what, open, closed] of [
    ['mode 0777', (at: string) => fs.chmod(at, 0o777), '755 0'],
    ['another owner', (at: string) => fs.chown(at, STRANGER, 0), '755 0'],
  ] as const) {
    it(`directories that regmirror made are closed where they have ${what}`, () =>
      onNode(LIST, async ({ at, report, mode }) => {
        for (const directory of [CERTS, DIRECTORY]) await open(at(directory))
        const expected = [`/${CERTS}`, `/${DIRECTORY}`]
        assert.deepEqual(
          changesOf(await report('plan')).map(({ file, cause }) => `${file} ${cause}`),
          expected.map(file => `${file} drift`),
        )
        assert.equal((await report('plan')).changed, true)
        await report('apply')
        for (const directory of [CERTS, DIRECTORY]) assert.equal(await mode(directory), closed)
        assert.equal((await report('apply')).changed, false)
      }))
  }

  it('a directory of another program is named with the remedy, and stays unchanged', () =>
    onNode(LIST, async ({ at, report, mode }) => {
      const directory = at('etc/containerd')
      await fs.chmod(directory, 0o777)
      const { changed, notices } = await report('apply')
      assert.equal(changed, false)
      const [notice] = notices.filter(({ code }) => code === 'writable_by_others')
      assert.ok(
        notice?.message.endsWith(`(mode 0777) and redirect pulls; chmod go-w ${directory}`),
        notice?.message,
      )
      assert.equal(await mode('etc/containerd'), '777 0')
    }))

  it('a config.toml that has the value already is named, and stays unchanged', () =>
    onNode(LIST, async ({ at, report, mode }) => {
      await report('restore')
      const text =
        'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/etc/containerd/certs.d"\n'
      await fs.writeFile(at(CONFIG), text)
      await fs.chmod(at(CONFIG), 0o666)
      const { notices, changes } = await report('apply')
      assert.deepEqual(
        changes.map(({ path: file }) => file),
        [`/${HOSTS}`],
      )
      assert.ok(codesOf(notices).includes(`writable_by_others /${CONFIG}`))
      assert.equal(await mode(CONFIG), '666 0')
    }))

  it('restore gives an open config.toml its old mode and owner', () =>
    onNode(LIST, async ({ at, report, mode }) => {
      await report('restore')
      await fs.chown(at(CONFIG), STRANGER, STRANGER)
      await fs.chmod(at(CONFIG), 0o666)
      await report('apply')
      assert.equal(await mode(CONFIG), '644 0')
      await report('restore')
      assert.equal(await mode(CONFIG), `666 ${STRANGER}`)
    }))

  it('a watcher closes what it watches', () =>
    withPlace(async ({ args, list, hostsFile }) => {
      await fs.writeFile(list, listText(['http://127.0.0.1:9']), { mode: 0o600 })
      await watching(args, async watcher => {
        await watcher.until(/hosts\.toml/)
        for (const [file, mode] of [
          [hostsFile, 0o666],
          [path.dirname(hostsFile), 0o777],
        ] as const) {
          await fs.chmod(file, mode)
          const isClosed = async () => ((await fs.stat(file)).mode & 0o022) === 0 || undefined
          await eventually(isClosed, () => `${file} is open: ${watcher.log()}`)
        }
      })
    }))
})

describe('secrets of a list that other users can read', () => {
  const list = (header: string) =>
    `version = 1\n[registries."quay.io"]\nmirrors = [{ url = "https://m.example", client = { cert = "client.pem", key = "client-key.pem" }, header = { A = ${header} } }]\n`

  /** The readable_secret notices of a list with these modes, in a directory like /etc/regmirror. */
  const noticesOf = (text: string, modes: Record<string, number>, uid = 0, directoryMode = 0o755) =>
    withDirectory(async directory => {
      await fs.chmod(directory, directoryMode)
      for (const name of ['client.pem', 'client-key.pem'])
        await fs.copyFile(path.join(TLS, name), path.join(directory, name))
      await writeTree(directory, { token: 'planted-token\n', 'mirrors.toml': text })
      for (const [name, mode] of Object.entries({
        'client-key.pem': 0o600,
        token: 0o600,
        'mirrors.toml': 0o600,
        ...modes,
      }))
        await fs.chmod(path.join(directory, name), mode)
      const { code, stdout } = await run(
        ['validate', '-f', path.join(directory, 'mirrors.toml'), '--format', 'json'],
        { uid },
      )
      assert.equal(code, 0, stdout)
      assert.doesNotMatch(stdout, /planted/)
      const { notices } = JSON.parse(stdout) as { notices: Notice[] }
      const found = notices.filter(({ code }) => code === 'readable_secret')
      return found.map(({ message, line }) => `${line}: ${message.replaceAll(directory, '')}`)
    })
  const FILE = '{ file = "token" }'
  const said = (file: string, what = 'contains a secret') =>
    `3: ${file} ${what}, and other users can read it; run chmod 600 ${file}`

  it('are named with the remedy: a key, a header file, and a list with a header value', async () => {
    assert.deepEqual(await noticesOf(list(FILE), { token: 0o644 }), [said('/token')])
    assert.deepEqual(await noticesOf(list(FILE), { 'client-key.pem': 0o604 }), [said('/client-key.pem')])
    const inline = await noticesOf(list('"planted"'), { 'mirrors.toml': 0o644 })
    assert.deepEqual(inline, [said('/mirrors.toml', 'contains a header value')])
  })

  it('are not named where only a group can read them, in a closed directory, or for another user than root', async () => {
    assert.deepEqual(
      await noticesOf(list(FILE), { token: 0o640, 'client-key.pem': 0o640, 'mirrors.toml': 0o644 }),
      [],
    )
    assert.deepEqual(
      await noticesOf(list('"planted"'), { token: 0o644, 'mirrors.toml': 0o644 }, 0, 0o700),
      [],
    )
    assert.deepEqual(await noticesOf(list('"planted"'), { 'mirrors.toml': 0o644 }, 1234), [])
  })
})
