/** plan and apply on a node with a watcher. Ansible runs apply again and again. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Notice } from '../../lib/model/report.ts'
import { readTouches } from '../support/node-snapshot.ts'
import { REAL_TIME, run } from '../support/run.ts'
import { eventually, listText, startMirror, watching, withPlace } from '../support/watching.ts'

/** Saved health counts for three intervals: on a slow machine, one second is too short. */
const textOf = (...urls: string[]) =>
  `${listText(urls).replace('"1s"', '"4s"')}server = "http://127.0.0.1:9"\n`

describe('beside a watcher', () => {
  it('plan and apply plan the same files, before and after a mirror is removed, and after the list changes', async () => {
    await using a = await startMirror()
    await using b = await startMirror()
    await using c = await startMirror()
    await withPlace(async ({ root, list, args, hosts }) => {
      const runCommand = async (...command: string[]) => {
        const { code, stdout, stderr } = await run([...command, ...args, '--format', 'json'], REAL_TIME)
        assert.ok(code === 0 || code === 1, stderr + stdout)
        return { code, report: JSON.parse(stdout) }
      }
      /** plan and apply change nothing. */
      const assertUnchanged = async () => {
        await eventually(
          async () => ((await runCommand('plan', '--check')).code === 0 ? true : undefined),
          () => 'plan and the watcher differ',
        )
        const before = await readTouches(path.join(root, 'etc'))
        for (let i = 0; i < 2; i += 1) assert.equal((await runCommand('apply')).report.changed, false)
        assert.deepEqual(await readTouches(path.join(root, 'etc')), before)
      }
      const isListed = (url: string, expected: boolean) =>
        eventually(
          async () => ((await hosts())?.includes(url) === expected ? true : undefined),
          () => `${url} is ${expected ? 'not ' : ''}in the file`,
        )
      const write = async (text: string) => {
        await fs.writeFile(`${list}.new`, text)
        await fs.rename(`${list}.new`, list)
      }
      await write(textOf(a.url, b.url))
      await watching([...args, '--log-format', 'text'], async watcher => {
        await isListed(a.url, true)
        await assertUnchanged()
        await a.stop()
        await isListed(a.url, false)
        await assertUnchanged()
        const { report } = await runCommand('plan')
        const excluded = report.notices.filter(({ code }: Notice) => code === 'mirror_excluded')
        assert.deepEqual(
          excluded.map(({ mirror }: Notice) => mirror),
          [`${a.url}/v2`],
        )

        // The watcher undoes what apply --declared writes.
        assert.equal((await runCommand('apply', '--declared')).report.changed, true)
        await isListed(a.url, false)
        await watcher.until(/updated .*hosts\.toml \(it was changed outside this watcher\)/)
        await assertUnchanged()

        // Both apply a new list at the same time.
        await write(textOf(a.url, b.url, c.url))
        await Promise.all([runCommand('apply'), runCommand('apply')])
        await isListed(c.url, true)
        await watcher.until(/read .*: 1 registry, 3 mirrors/)
        await assertUnchanged()

        // When the last one fails, all of them are written again, and plan reports why.
        for (const mirror of [b, c]) await mirror.stop()
        await watcher.until(/docker\.io is unhealthy/)
        await isListed(a.url, true)
        await assertUnchanged()
        // The watcher saves its health after it has written the file.
        const out = await eventually(
          async () =>
            (await runCommand('plan')).report.notices.find(
              ({ code, registry }: Notice) => code === 'registry_unhealthy' && registry === 'docker.io',
            ),
          () => 'plan does not report that docker.io is unhealthy',
        )
        assert.match(out.message, /no mirror and no server is healthy; regmirror writes every mirror/)
        assert.equal(await watcher.stop(), 0)
      })
    })
  })
})
