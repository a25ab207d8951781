/** When a watcher parses its list again: after every change of what it was read from, and not otherwise. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { LoadedList } from '../../lib/list/load.ts'
import { openReader } from '../../lib/system/reader.ts'
import { targets } from '../../lib/targets/index.ts'
import { openKnownList } from '../../lib/watch/host/known-list.ts'
import { worldOf } from '../support/run.ts'
import { pem } from '../support/tls.ts'
import { withDirectory } from '../support/tree.ts'

const LIST = 'version = 1\n[registries."r.test"]\nmirrors = ["https://a.test"]\n'
const WITH_HEADER = `${LIST}[registries."q.test"]\nmirrors = [{ url = "https://q.test", header = { X-Tok = { file = "token" } } }]\n`
const WITH_CA = `${LIST}[registries."q.test"]\nmirrors = [{ url = "https://q.test", ca = "ca.pem" }]\n`

interface Reading {
  readonly file: (name: string) => string
  readonly load: () => Promise<LoadedList>
  /** How often the list was parsed since the last call. */
  readonly parsed: () => number
}

async function withList(text: string, act: (reading: Reading) => Promise<void>): Promise<void> {
  await withDirectory(async directory => {
    const file = (name: string) => path.join(directory, name)
    await fs.writeFile(file('mirrors.toml'), text, { mode: 0o644 })
    await fs.writeFile(file('token'), 'secret', { mode: 0o600 })
    await fs.writeFile(file('ca.pem'), pem('ca.pem'), { mode: 0o644 })
    let parsed = 0
    // The time is read once for each list that is parsed.
    const now = () => {
      parsed += 1
      return Date.now()
    }
    const load = openKnownList({
      node: openReader(directory),
      options: {
        root: directory,
        file: file('mirrors.toml'),
        listFormat: undefined,
        allowFilesFrom: [],
        target: [],
      },
      table: targets,
      world: { ...worldOf(), now, uid: process.geteuid?.() ?? 0 },
    })
    const take = () => {
      const count = parsed
      parsed = 0
      return count
    }
    await load()
    assert.equal(take(), 1)
    await act({ file, load, parsed: take })
  })
}

describe('the list of a watcher', () => {
  it('is parsed once while nothing changes, and is the same object', () =>
    withList(WITH_HEADER, async ({ file, load, parsed }) => {
      const before = await load()
      await fs.writeFile(file('another'), '')
      assert.equal(await load(), before)
      assert.equal(parsed(), 0)
    }))

  it('is parsed again when its text changes, also where size and times stay the same', () =>
    withList(LIST, async ({ file, load, parsed }) => {
      const { atime, mtime } = await fs.stat(file('mirrors.toml'))
      await fs.writeFile(file('mirrors.toml'), LIST.replace('a.test', 'b.test'))
      await fs.utimes(file('mirrors.toml'), atime, mtime)
      const { list } = await load()
      assert.equal(parsed(), 1)
      assert.equal(list.registries[0]?.mirrors[0]?.base.origin, 'https://b.test')
    }))

  it('is parsed again when its mode or a file that it names changes', () =>
    withList(WITH_HEADER, async ({ file, load, parsed }) => {
      await fs.chmod(file('mirrors.toml'), 0o600)
      await load()
      assert.equal(parsed(), 1)
      await fs.writeFile(file('token'), 'another')
      const { list } = await load()
      assert.equal(parsed(), 1)
      assert.deepEqual(list.registries[1]?.mirrors[0]?.header, { 'X-Tok': 'another' })
      await load()
      assert.equal(parsed(), 0)
    }))

  it('is parsed again after it could not be read, and reports why it cannot', () =>
    withList(WITH_HEADER, async ({ file, load }) => {
      await fs.rm(file('token'))
      await assert.rejects(load(), /token does not exist/)
      await fs.writeFile(file('token'), 'secret', { mode: 0o600 })
      await load()
      await fs.rename(file('mirrors.toml'), file('before.toml'))
      await assert.rejects(load(), /mirrors\.toml: does not exist/)
      await fs.rename(file('before.toml'), file('mirrors.toml'))
      await load()
    }))

  it('is parsed each time where it names certificates: they may expire', () =>
    withList(WITH_CA, async ({ load, parsed }) => {
      await load()
      await load()
      assert.equal(parsed(), 2)
    }))
})
