/** What others do on a node while a watcher keeps it: people with plan and apply, and Ansible, which is apply again and again. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Notice } from '../../lib/model/report.ts'
import { readTouches } from '../support/node-snapshot.ts'
import { REAL_TIME, run } from '../support/run.ts'
import { eventually, listText, startMortal, watching, withPlace } from '../support/watching.ts'

/** What a watcher knows holds for three intervals: on a slow machine a second is too short. */
const textOf = (...urls: string[]) =>
  `${listText(urls).replace('"1s"', '"4s"')}server = "http://127.0.0.1:9"\n`

describe('beside a watcher', () => {
  it('plan and apply want what it wants, before and after a mirror has left, and when the list changes', async () => {
    await using a = await startMortal()
    await using b = await startMortal()
    await using c = await startMortal()
    await withPlace(async ({ root, list, args, hosts }) => {
      const ask = async (...command: string[]) => {
        const { code, stdout, stderr } = await run([...command, ...args, '--format', 'json'], REAL_TIME)
        assert.ok(code === 0 || code === 1, stderr + stdout)
        return { code, report: JSON.parse(stdout) }
      }
      /** Nothing has to be done, and nothing is. */
      const assertInOrder = async () => {
        await eventually(
          async () => ((await ask('plan', '--check')).code === 0 ? true : undefined),
          () => 'plan and the watcher want different files',
        )
        const before = await readTouches(path.join(root, 'etc'))
        for (let i = 0; i < 2; i += 1) assert.equal((await ask('apply')).report.changed, false)
        assert.deepEqual(await readTouches(path.join(root, 'etc')), before)
      }
      const named = (url: string, wanted: boolean) =>
        eventually(
          async () => ((await hosts())?.includes(url) === wanted ? true : undefined),
          () => `${url} is ${wanted ? 'not ' : ''}in the file`,
        )
      const write = async (text: string) => {
        await fs.writeFile(`${list}.new`, text)
        await fs.rename(`${list}.new`, list)
      }
      await write(textOf(a.url, b.url))
      await watching([...args, '--log-format', 'text'], async watcher => {
        await named(a.url, true)
        await assertInOrder()
        await a.die()
        await named(a.url, false)
        await assertInOrder()
        const { report } = await ask('plan')
        const left = report.notices.filter(({ code }: Notice) => code === 'left_out')
        assert.deepEqual(
          left.map(({ mirror }: Notice) => mirror),
          [`${a.url}/v2`],
        )

        // Whoever writes it all the same is overruled: the watcher is at work.
        assert.equal((await ask('apply', '--declared')).report.changed, true)
        await named(a.url, false)
        await watcher.until(/updated .*hosts\.toml, somebody else had changed it/)
        await assertInOrder()

        // Both follow a new list at the same time.
        await write(textOf(a.url, b.url, c.url))
        await Promise.all([ask('apply'), ask('apply')])
        await named(c.url, true)
        await watcher.until(/read .*: 1 registry, 3 mirrors/)
        await assertInOrder()

        // With the last of them the others come back: whoever plans reads why.
        for (const mirror of [b, c]) await mirror.die()
        await watcher.until(/nothing to pull from/)
        await named(a.url, true)
        await assertInOrder()
        const out = (await ask('plan')).report.notices.find(({ code }: Notice) => code === 'registry_down')
        assert.equal(out?.registry, 'docker.io')
        assert.match(out.message, /no mirror is well, and its server does not answer; its mirrors stay/)
        assert.equal(await watcher.stop(), 0)
      })
    })
  })
})
