/** A list that cannot be read any more while a watcher runs: the node stays, it is told once, and nobody has to start anything again. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { readTouches } from '../support/node-snapshot.ts'
import { pagesOf, SERVING } from '../support/served.ts'
import { listText, watching, withPlace } from '../support/watching.ts'

const URLS = ['http://127.0.0.1:9']
const SOUND = `${listText(URLS)}server = "${URLS[0]}"\n`
const LARGE = `# ${'x'.repeat(1024 * 1024)}\n${SOUND}`

interface Trouble {
  readonly name: string
  /** Where nothing stands. */
  readonly make: (list: string) => Promise<unknown>
  readonly told: RegExp
}

const TROUBLES: readonly Trouble[] = [
  { name: 'a folder', make: list => fs.mkdir(list), told: /is a directory; name the list in it/ },
  {
    name: 'a link to nothing',
    make: list => fs.symlink('gone.toml', list),
    told: /is a link to gone\.toml, which does not exist; repair or remove the link/,
  },
  {
    name: 'a link to itself',
    make: list => fs.symlink('mirrors.toml', list),
    told: /links form a loop/,
  },
  {
    name: 'a pipe that nobody writes into',
    make: async list => execFileSync('mkfifo', [list]),
    told: /is a pipe or a device, not a file/,
  },
  {
    name: 'more than a list may be',
    make: list => fs.writeFile(list, LARGE),
    told: /is \d+ bytes long; a list has at most \d+/,
  },
  {
    name: 'half of it',
    make: list => fs.writeFile(list, SOUND.slice(0, -5)),
    told: /mirrors\.toml:\d+:\d+: /,
  },
  {
    name: 'bytes that are no text',
    make: list => fs.writeFile(list, Buffer.from([0xff, 0xfe, 0x00, 0x0a])),
    told: /is UTF-16/,
  },
]

/** Only root has to ask who else may write the list. */
const FOR_ROOT: Trouble = {
  name: 'a list that others can write',
  make: async list => {
    await fs.writeFile(list, SOUND)
    await fs.chmod(list, 0o666)
  },
  told: /is writable by other users; chmod go-w/,
}

/** In one step, but for a folder, which nothing takes the place of. */
async function replace(list: string, make: (file: string) => Promise<unknown>): Promise<void> {
  await make(`${list}.new`)
  const [old, now] = await Promise.all([fs.lstat(list), fs.lstat(`${list}.new`)])
  if (old.isDirectory() || now.isDirectory()) await fs.rm(list, { recursive: true })
  await fs.rename(`${list}.new`, list)
}

describe('a list that a watcher cannot read any more', () => {
  it('changes nothing on the node, is told once, and is taken over again when it is mended', async () => {
    const troubles = process.getuid?.() === 0 ? [...TROUBLES, FOR_ROOT] : TROUBLES
    await withPlace(async ({ root, list, args, hosts }) => {
      await fs.writeFile(list, SOUND)
      await watching([...args, '--log-format', 'text', ...SERVING], async watcher => {
        const { until, get } = await pagesOf(watcher)
        await watcher.until(/created .*hosts\.toml/)
        await until('/readyz', 200)
        const node = path.join(root, 'etc')
        const before = await readTouches(node)
        for (const { name, make, told } of troubles) {
          await replace(list, make)
          await watcher.until(new RegExp(`error .*${told.source}.*the last good list stays in force`))
          const { body } = await until('/healthz', 503, told)
          assert.match(body, /^the list is not sound, the last good one is in force: /, name)
          assert.match((await get('/metrics')).body, /^regmirror_list_valid 0$/m)
          assert.equal((await get('/readyz')).code, 200)
          // Told once, however often it is looked at, and again to whoever asks.
          watcher.child.kill('SIGHUP')
          await watcher.until(/told to read the list again/)
          await watcher.until(/error still not sound: /)
          await replace(list, file => fs.writeFile(file, SOUND, { mode: 0o644 }))
          await watcher.until(/mirrors\.toml is sound again/)
          await until('/healthz', 200)
          const lines = watcher
            .log()
            .split('\n')
            .filter(line => told.test(line) && !line.includes('still not sound'))
          assert.equal(lines.length, 1, `${name}:\n${lines.join('\n')}`)
        }
        assert.deepEqual(await readTouches(node), before)
        assert.match((await hosts()) ?? '', /127\.0\.0\.1:9"/)
        assert.equal(await watcher.stop(), 0)
      })
    })
  })

  it('is looked at when its mode has changed, and nothing else', async function () {
    if (process.getuid?.() !== 0) this.skip()
    await withPlace(async ({ list, args }) => {
      await fs.writeFile(list, SOUND, { mode: 0o644 })
      await watching([...args, '--log-format', 'text'], async watcher => {
        await watcher.until(/created .*hosts\.toml/)
        await fs.chmod(list, 0o666)
        await watcher.until(/error .*is writable by other users/)
        await fs.chmod(list, 0o644)
        await watcher.until(/mirrors\.toml is sound again/)
      })
    })
  })

  it('is not read where others can write its directory, and is again where they cannot', async function () {
    if (process.getuid?.() !== 0) this.skip()
    await withPlace(async ({ list, args, hosts }) => {
      const place = path.dirname(list)
      await fs.writeFile(list, SOUND, { mode: 0o644 })
      await watching([...args, '--log-format', 'text'], async watcher => {
        const look = () => watcher.child.kill('SIGHUP')
        await watcher.until(/created .*hosts\.toml/)
        await fs.chmod(place, 0o777)
        look()
        await watcher.until(/error .*the directory \S+ has mode 0777 and .*the last good list stays in force/)
        await fs.chmod(place, 0o755)
        await fs.chown(place, 1000, 1000)
        look()
        await watcher.until(
          /error .*the directory \S+ is owned by uid 1000.*the last good list stays in force/,
        )
        await fs.chown(place, 0, 0)
        look()
        await watcher.until(/mirrors\.toml is sound again/)
        assert.match((await hosts()) ?? '', /127\.0\.0\.1:9"/)
      })
    })
  })
})
