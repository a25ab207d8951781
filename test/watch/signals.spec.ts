/** Signals that arrive at any moment. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parallelTests } from '../support/parallel-tests.ts'
import { kill, startHolder } from '../support/process.ts'
import { REAL_TIME, run } from '../support/run.ts'
import { eventually, listText, type Place, type Watching, watching, withPlace } from '../support/watching.ts'

const TEXT = ['--log-format', 'text']
const SIGNALLING = fileURLToPath(import.meta.resolve('../support/signal-in-call.cjs'))
const signalAt = (moment: string) => ({
  NODE_OPTIONS: `--require=${SIGNALLING}`,
  REGMIRROR_TEST_SIGNAL: moment,
})
const LIST = `${listText(['http://127.0.0.1:9'])}server = "http://127.0.0.1:9"\n`

/** What is in the state folder besides its permanent files. */
async function temporaryFiles({ root }: Place): Promise<readonly string[]> {
  const names = await fs.readdir(path.join(root, 'var/lib/regmirror')).catch(() => [])
  return names.filter(name => !['state.json', 'health.json', 'history.json', 'originals'].includes(name))
}

const withList = (use: (place: Place) => Promise<void>) =>
  withPlace(async place => {
    await fs.writeFile(place.list, LIST)
    await use(place)
  })

/** The exit code, once it has ended by itself. */
async function ended({ child }: Watching): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

describe('a signal to a watcher', () => {
  // Before its loop starts, and while it writes.
  const moments = ['lstat 1', 'link 2', 'rename 3']
  parallelTests({
    'SIGTERM stops it at any moment with complete files, and without temporary ones': () =>
      Promise.all(
        moments.map(moment =>
          withList(async place => {
            const use = async (watcher: Watching) => {
              assert.equal(await ended(watcher), 0, `${moment}:\n${watcher.log()}`)
            }
            await watching([...place.args, ...TEXT], use, signalAt(`${moment} SIGTERM`))
            assert.deepEqual(await temporaryFiles(place), [], moment)
            const { code, stdout } = await run(['plan', '--check', ...place.args], REAL_TIME)
            const written = (await place.hosts()) !== undefined
            assert.equal(code, written ? 0 : 1, `${moment}:\n${stdout}`)
          }),
        ),
      ),

    'SIGHUP makes it read the list again after a write; before its loop starts it ends, and is started again':
      () =>
        Promise.all([
          withList(place =>
            watching(
              [...place.args, ...TEXT],
              async watcher => {
                await watcher.until(/SIGHUP: reading the list again/)
                await watcher.until(/created .*hosts\.toml/)
                assert.equal(await watcher.stop(), 0)
              },
              signalAt('link 2 SIGHUP'),
            ),
          ),
          withList(place =>
            watching(
              [...place.args, ...TEXT],
              async watcher => assert.equal(await ended(watcher), 129),
              signalAt('lstat 1 SIGHUP'),
            ),
          ),
        ]),

    'a second SIGTERM ends it immediately, and the next watcher goes on from there': async () => {
      await withList(async place => {
        const args = [...place.args, ...TEXT, '--on-exit', 'declared', '--lock-timeout', '10m']
        await watching(args, async watcher => {
          await watcher.until(/created .*hosts\.toml/)
          const holder = await startHolder(place.root)
          try {
            await fs.rm(place.hostsFile)
            await eventually(
              async () =>
                (await temporaryFiles(place)).some(name => name.startsWith('wait-')) ? true : undefined,
              () => 'it does not wait for the lock',
            )
            watcher.child.kill('SIGTERM')
            // It waits for the lock again, for its last write.
            await watcher.until(/info +stopping/)
            // Two signals in the same moment count as one.
            await sleep(1000)
            assert.equal(await watcher.stop(), 143)
          } finally {
            await kill(holder, 'SIGKILL')
          }
        })
        await watching([...place.args, ...TEXT], async watcher => {
          await watcher.until(/created .*hosts\.toml/)
          assert.equal(await watcher.stop(), 0)
        })
        assert.deepEqual(await temporaryFiles(place), [])
      })
    },
  })
})
