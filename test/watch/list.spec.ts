/** A list that becomes invalid while a watcher runs: the node stays as it is, it is reported once, and no restart is needed. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { readTouches } from '../support/node-snapshot.ts'
import { pagesOf, SERVING } from '../support/served.ts'
import { listText, watching, withPlace } from '../support/watching.ts'

const URLS = ['http://127.0.0.1:9']
const VALID = `${listText(URLS)}server = "${URLS[0]}"\n`
const LARGE = `# ${'x'.repeat(16 * 1024 * 1024)}\n${VALID}`

interface Trouble {
  readonly name: string
  /** At a path where nothing exists. */
  readonly make: (list: string) => Promise<unknown>
  readonly reported: RegExp
}

const TROUBLES: readonly Trouble[] = [
  { name: 'a folder', make: list => fs.mkdir(list), reported: /is a directory; select a file in it/ },
  {
    name: 'a link to nothing',
    make: list => fs.symlink('gone.toml', list),
    reported: /is a link to gone\.toml, which does not exist; repair or remove the link/,
  },
  {
    name: 'a link to itself',
    make: list => fs.symlink('mirrors.toml', list),
    reported: /links form a loop/,
  },
  {
    name: 'a pipe without a writer',
    make: async list => execFileSync('mkfifo', [list]),
    reported: /is a pipe or a device, not a file/,
  },
  {
    name: 'a file that is too large',
    make: list => fs.writeFile(list, LARGE),
    reported: /is \d+ bytes; the limit is 16 MiB/,
  },
  {
    name: 'half of the list',
    make: list => fs.writeFile(list, VALID.slice(0, -5)),
    reported: /mirrors\.toml:\d+:\d+: /,
  },
  {
    name: 'bytes that are not text',
    make: list => fs.writeFile(list, Buffer.from([0xff, 0xfe, 0x00, 0x0a])),
    reported: /is UTF-16/,
  },
]

/** Only root is refused a list that other users can write. */
const FOR_ROOT: Trouble = {
  name: 'a list that other users can write',
  make: async list => {
    await fs.writeFile(list, VALID)
    await fs.chmod(list, 0o666)
  },
  reported: /other users can write \S.* \(mode \d+\); chmod go-w/,
}

/** In one step, except for a folder, which a rename cannot replace. */
async function replace(list: string, make: (file: string) => Promise<unknown>): Promise<void> {
  await make(`${list}.new`)
  const [old, now] = await Promise.all([fs.lstat(list), fs.lstat(`${list}.new`)])
  if (old.isDirectory() || now.isDirectory()) await fs.rm(list, { recursive: true })
  await fs.rename(`${list}.new`, list)
}

describe('a list that becomes invalid while a watcher runs', () => {
  it('changes nothing on the node, is reported once, and is used again when it is repaired', async () => {
    const troubles = process.getuid?.() === 0 ? [...TROUBLES, FOR_ROOT] : TROUBLES
    await withPlace(async ({ root, list, args, hosts }) => {
      await fs.writeFile(list, VALID)
      await watching([...args, '--log-format', 'text', ...SERVING], async watcher => {
        const { until, get } = await pagesOf(watcher)
        await watcher.until(/created .*hosts\.toml/)
        await until('/readyz', 200)
        const node = path.join(root, 'etc')
        const before = await readTouches(node)
        for (const { name, make, reported } of troubles) {
          await replace(list, make)
          await watcher.until(new RegExp(`error .*${reported.source}.*the watcher uses the last valid list`))
          const { body } = await until('/healthz', 503, reported)
          assert.match(body, /^the list is invalid, and the watcher uses the last valid one: /, name)
          assert.match((await get('/metrics')).body, /^regmirror_list_valid 0$/m)
          assert.equal((await get('/readyz')).code, 200)
          // Reported once, and again after SIGHUP.
          watcher.child.kill('SIGHUP')
          await watcher.until(/SIGHUP: reading the list again/)
          await watcher.until(/error the list is still invalid: /)
          await replace(list, file => fs.writeFile(file, VALID, { mode: 0o644 }))
          await watcher.until(/mirrors\.toml is valid again/)
          await until('/healthz', 200)
          const lines = watcher
            .log()
            .split('\n')
            .filter(line => reported.test(line) && !line.includes('still invalid'))
          assert.equal(lines.length, 1, `${name}:\n${lines.join('\n')}`)
        }
        assert.deepEqual(await readTouches(node), before)
        assert.match((await hosts()) ?? '', /127\.0\.0\.1:9"/)
        assert.equal(await watcher.stop(), 0)
      })
    })
  })

  it('is read again when only its mode changes', async function () {
    if (process.getuid?.() !== 0) this.skip()
    await withPlace(async ({ list, args }) => {
      await fs.writeFile(list, VALID, { mode: 0o644 })
      await watching([...args, '--log-format', 'text'], async watcher => {
        await watcher.until(/created .*hosts\.toml/)
        await fs.chmod(list, 0o666)
        await watcher.until(/error .*other users can write/)
        await fs.chmod(list, 0o644)
        await watcher.until(/mirrors\.toml is valid again/)
      })
    })
  })

  it('is not read while other users can write its directory', async function () {
    if (process.getuid?.() !== 0) this.skip()
    await withPlace(async ({ list, args, hosts }) => {
      const place = path.dirname(list)
      await fs.writeFile(list, VALID, { mode: 0o644 })
      await watching([...args, '--log-format', 'text'], async watcher => {
        const readAgain = () => watcher.child.kill('SIGHUP')
        await watcher.until(/created .*hosts\.toml/)
        await fs.chmod(place, 0o777)
        readAgain()
        await watcher.until(
          /error .*other users can write the directory \S+ \(mode 0777\).*the watcher uses the last valid list/,
        )
        await fs.chmod(place, 0o755)
        await fs.chown(place, 1000, 1000)
        readAgain()
        await watcher.until(
          /error .*the directory \S+ is owned by uid 1000.*the watcher uses the last valid list/,
        )
        await fs.chown(place, 0, 0)
        readAgain()
        await watcher.until(/mirrors\.toml is valid again/)
        assert.match((await hosts()) ?? '', /127\.0\.0\.1:9"/)
      })
    })
  })
})
