/** Files that another user swaps while root reads them: regmirror never sends a mirror what that user cannot read. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { openWriter } from '../../lib/system/writer.ts'
import { startMirror } from '../support/mirror.ts'
import { needRoot } from '../support/namespace.ts'
import { kill } from '../support/process.ts'
import { run } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'

const USER = 1000
const SECRET = 'Bearer planted-by-root'
const BAIT = 'Bearer bait'

/** How often root probes while the other user swaps, and how often that user swaps at most. */
const PROBES = 40
const SWAPS = 20_000

interface Attack {
  readonly title: string
  /** Owner of the directory, and its mode. */
  readonly owner: number
  readonly mode: number
  /** One swap there and back, for sh; `$S` is root's file, `$D` its directory. */
  readonly swap: string
}

const FILE = 'ln good a; mv -T a token; ln -s "$S" a; mv -T a token'
const FOLDER = 'ln -sfn mine a; mv -T a sub; ln -sfn "$D" a; mv -T a sub'

const ATTACKS: readonly Attack[] = [
  { title: 'a file and a link in a directory of their own', owner: USER, mode: 0o755, swap: FILE },
  { title: 'a file and a link in a sticky directory of root', owner: 0, mode: 0o1777, swap: FILE },
  { title: 'a file and a link in a directory of root that all can write', owner: 0, mode: 0o777, swap: FILE },
  { title: 'a directory on the way', owner: USER, mode: 0o755, swap: FOLDER },
]

/** Swaps as that user, up to a limit, until it is stopped. */
async function attacker(place: string, swap: string, secret: string): Promise<ChildProcess> {
  const prepare = `umask 022; cd ${place}; echo "${BAIT}" >good; mkdir -p mine; cp good mine/token; cp good token; ln -sfn mine sub`
  const loop = `i=0; while [ $i -lt ${SWAPS} ]; do ${swap}; i=$((i+1)); [ $i = 1 ] && echo started; done`
  const script = `S=${secret} D=${path.dirname(secret)}; ${prepare}; ${loop}`
  const args = ['--reuid', String(USER), '--regid', String(USER), '--clear-groups', 'sh', '-c', script]
  const child = spawn('setpriv', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const [output] = await once(child.stdout as NodeJS.ReadableStream, 'data')
  assert.equal(String(output), 'started\n')
  return child
}

describe('files that another user swaps', function () {
  this.timeout(300_000)
  before(function () {
    needRoot(this)
  })

  for (const { title, owner, mode, swap } of ATTACKS)
    it(`${title}: root sends no file of root`, () =>
      withDirectory(async home => {
        const sent: string[] = []
        await using mirror = await startMirror(({ headers }) => {
          sent.push(headers.authorization ?? '')
          return false
        })
        await fs.chmod(home, 0o755)
        const [place, secrets] = [path.join(home, 'place'), path.join(home, 'secrets')]
        await fs.mkdir(place)
        await fs.mkdir(secrets, { mode: 0o711 })
        await fs.writeFile(path.join(secrets, 'token'), SECRET, { mode: 0o600 })
        await fs.chown(place, owner, owner)
        await fs.chmod(place, mode)
        const name = swap === FOLDER ? 'sub/token' : 'token'
        const probe = async (file: string) => {
          const list = path.join(home, 'mirrors.toml')
          const entry = `{ url = "${mirror.origin}", header = { Authorization = { file = "${file}" } } }`
          await fs.writeFile(list, `version = 1\n[registries."docker.io"]\nmirrors = [${entry}]\n`)
          return await run(['probe', '-f', list, '--allow-files-from', place], { uid: 0 })
        }
        const child = await attacker(place, swap, path.join(secrets, 'token'))
        try {
          for (let i = 0; i < PROBES; i++) await probe(`place/${name}`)
          assert.equal(child.exitCode, null, 'it swapped until the end')
        } finally {
          await kill(child, 'SIGKILL')
        }
        assert.equal(sent.filter(value => value === SECRET).length, 0)
        // The same mirror gets a file of root that may be sent.
        await fs.writeFile(path.join(home, 'token'), 'Bearer allowed')
        await probe('token')
        assert.ok(sent.includes('Bearer allowed'))
      }))

  it('the opened file is read, whatever is at its path by then', () =>
    withDirectory(async home => {
      const [file, secret] = [path.join(home, 'd/token'), path.join(home, 'secret')]
      await fs.mkdir(path.dirname(file))
      await fs.writeFile(file, BAIT)
      await fs.writeFile(secret, SECRET)
      const text = await openWriter('/').open(file, true, async found => {
        assert.ok(found !== undefined && 'read' in found)
        await fs.rename(path.dirname(file), path.join(home, 'away'))
        await fs.mkdir(path.dirname(file))
        await fs.symlink(secret, file)
        return String(await found.read(100))
      })
      assert.equal(text, BAIT)
    }))

  it('a file is not read beyond its limit, whatever its size is', async () => {
    // Its size is 0, like that of a file that grows while it is read.
    const reading = openWriter('/').open('/proc/cpuinfo', true, async found => {
      assert.ok(found !== undefined && 'read' in found && found.facts.size === 0)
      return await found.read(100)
    })
    await assert.rejects(reading, /is 101 bytes; the limit is 100 bytes/)
  })
})
