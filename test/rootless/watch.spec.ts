/** `watch` of a user without root: it keeps the files of that user up to date, with the state and the lock of that user. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { type Account, isRoot, withAccount } from '../support/account.ts'
import { kill } from '../support/process.ts'
import { FROM_SOURCE } from '../support/program.ts'
import { startMirror, type Watching, watcherOf } from '../support/watching.ts'

const LIST = '.config/regmirror/mirrors.toml'
const DROP_IN = '.config/containers/registries.conf.d/90-regmirror.conf'

const listOf = (urls: readonly string[], target = 'containers') =>
  `version = 1\n[health]\ninterval = "1s"\n[registries."quay.io"]\nmirrors = ${JSON.stringify(urls)}\n[targets.${target}]\n`

/** Runs `watch` as the user until `use` is done, and kills it at the end. */
async function watching(account: Account, use: (watcher: Watching) => Promise<void>): Promise<void> {
  const [program = '', ...args] = [...FROM_SOURCE, 'watch', '--log-format', 'json']
  const ids = isRoot ? { uid: account.uid, gid: account.uid } : {}
  const child = spawn(program, args, {
    cwd: '/',
    env: account.env,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...ids,
  })
  try {
    await use(watcherOf(child))
  } finally {
    await kill(child, 'SIGKILL')
  }
}

describe('the watcher of a user without root', () => {
  it('writes the files of that user while mirrors fail and recover, and another one is refused', () =>
    withAccount(
      async account => {
        await using a = await startMirror()
        await using b = await startMirror()
        await account.write({ [LIST]: listOf([a.url, b.url]) })
        const written = () => fs.readFile(account.at(DROP_IN), 'utf8')
        const hostOf = (url: string) => new URL(url).host
        await watching(account, async watcher => {
          await watcher.until(/"file_written".*90-regmirror\.conf/)
          assert.match(await written(), new RegExp(`${hostOf(a.url)}[\\s\\S]*${hostOf(b.url)}`))
          assert.equal((await fs.stat(account.at(DROP_IN))).uid, account.uid)

          await a.stop()
          await watcher.until(/"mirror_unhealthy"/)
          await watcher.until(/"file_written"/)
          assert.ok(!(await written()).includes(hostOf(a.url)))
          const health = await fs.stat(account.at('.local/state/regmirror/health.json'))
          assert.deepEqual([health.mode & 0o777, health.uid], [0o600, account.uid])

          const plan = await account.run(['plan', '--check'])
          assert.equal(plan.code, 0, plan.stderr)
          assert.match(plan.stderr, /runs on this node/)
          for (const verb of ['watch', 'restore']) {
            const { code, stderr } = await account.run([verb])
            assert.equal(code, 2, stderr)
            assert.match(
              stderr,
              /is watching this node; stop it: systemctl --user stop regmirror-watch, or kill/,
            )
          }

          await a.start()
          await watcher.until(/"mirror_healthy"/)
          await watcher.until(/"file_written"/)
          assert.ok((await written()).includes(hostOf(a.url)))
          assert.equal(await watcher.stop(), 0)
        })
        assert.equal((await account.run(['restore'])).code, 0)
        assert.deepEqual(await account.tree(), {})
      },
      { program: FROM_SOURCE },
    ))

  it('is started before it has a valid list, and refuses one that is for the machine', () =>
    withAccount(async account => {
      await account.write({ [LIST]: 'version = 2\n' })
      await using a = await startMirror()
      await watching(account, async watcher => {
        await watcher.until(/"list_invalid"/)
        await account.write({ [LIST]: listOf([a.url], 'containerd') })
        await watcher.until(/none of its targets can be a user's, and this watcher was started for a user/)
        await account.write({ [LIST]: listOf([a.url]) })
        await watcher.until(/"file_written".*90-regmirror\.conf/)
        await account.write({ [LIST]: listOf([a.url], 'containers]\n[targets.containerd') })
        await watcher.until(/containerd of this list can only be the machine's/)
        await fs.stat(path.dirname(account.at(DROP_IN)))
      })
    }))
})
