/** The wall clock of a node is set while a watcher runs: by NTP at boot, by a user, by the host of a guest. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parallelTests } from '../support/parallel-tests.ts'
import { spawnCli } from '../support/process.ts'
import { type Pages, pagesOf, SERVING } from '../support/served.ts'
import { eventually, listText, type Place, startMirror, watching, withPlace } from '../support/watching.ts'

const DAY = 86_400_000
const ARGS = ['--log-format', 'text', ...SERVING]
const SETTING = fileURLToPath(import.meta.resolve('../support/shift-clock.cjs'))

/** The wall clock of a program, and how to set it. */
async function clockIn({ root }: Place) {
  const file = path.join(root, 'clock')
  const set = async (ms: number) => {
    await fs.writeFile(`${file}.new`, String(ms))
    await fs.rename(`${file}.new`, file)
  }
  await set(0)
  return { set, env: { NODE_OPTIONS: `--require ${SETTING}`, REGMIRROR_TEST_CLOCK: file } }
}

/** A mirror that responds with 429 and a Retry-After of an hour. */
async function startRateLimited() {
  let requests = 0
  const server = http.createServer((_, response) => {
    requests += 1
    response.writeHead(429, { 'Retry-After': '3600' }).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

const sampleOf = async ({ get }: Pages, pattern: RegExp) =>
  Number(pattern.exec((await get('/metrics')).body)?.[1] ?? 0)

describe('a watcher on a node whose wall clock is set', () => {
  parallelTests({
    'is alive immediately, and shows its start by the new time': async () => {
      await using mirror = await startMirror()
      await withPlace(async place => {
        const { env, set } = await clockIn(place)
        // Its loop does not turn within the next minute.
        await fs.writeFile(place.list, listText([mirror.url]).replace('"1s"', '"1h"'))
        await watching(
          [...place.args, ...ARGS],
          async watcher => {
            const pages = await pagesOf(watcher)
            await pages.until('/readyz', 200)
            const start = () => sampleOf(pages, /^regmirror_watch_start_timestamp_seconds (\S+)/m)
            const before = await start()
            for (const jump of [DAY, -2 * DAY]) {
              await set(jump)
              assert.deepEqual(await pages.get('/livez'), { code: 200, body: 'ok\n' })
              // A page is shared for a moment.
              await eventually(
                async () => Math.abs((await start()) - before - jump / 1000) < 2 || undefined,
                () => `the start is not shown by the new time, ${jump} ms from ${before}`,
              )
              const { body } = await pages.get('/')
              assert.match(body, /Running for<\/dt><dd><time [^>]*>\d+ (s|min)</)
            }
            assert.equal(await watcher.stop(), 0)
          },
          env,
        )
      })
    },

    'keeps its interval and a Retry-After, and plan uses its health': async () => {
      await using a = await startMirror()
      await using b = await startMirror()
      await using limited = await startRateLimited()
      await withPlace(async place => {
        const { env, set } = await clockIn(place)
        const text = listText([a.url, b.url, limited.url]).replace('"1s"', '"3s"')
        await fs.writeFile(place.list, `${text}server = "http://127.0.0.1:9"\n`)
        await watching(
          [...place.args, ...ARGS],
          async watcher => {
            const pages = await pagesOf(watcher)
            await watcher.until(/is rate limited/)
            // 0 before the first probe.
            const probes = () => sampleOf(pages, new RegExp(`probes_total{.*"${b.url}/v2".*} (\\d+)`))
            for (const jump of [DAY, -2 * DAY]) {
              await set(jump)
              const before = await probes()
              watcher.child.kill('SIGHUP')
              await watcher.until(/mirrors\.toml is unchanged/)
              await eventually(
                async () => ((await probes()) >= before + 2 ? true : undefined),
                () => 'the mirror is not probed anymore',
              )
              assert.equal(limited.requests(), 1)
            }
            await a.stop()
            await watcher.until(/ is unhealthy/)
            await eventually(
              async () => ((await place.hosts())?.includes(a.url) ? undefined : true),
              () => 'the mirror stays in the file',
            )
            // It has the clock of this machine.
            const plan = () => spawnCli(['plan', '--check', '--format', 'json', ...place.args])
            const { stdout } = await eventually(
              async () => {
                const ran = await plan()
                return ran.code === 0 ? ran : undefined
              },
              () => 'plan and the watcher differ',
            )
            const left = JSON.parse(stdout).notices.filter(
              ({ code }: { code: string }) => code === 'mirror_excluded',
            )
            assert.equal(left.length, 2)
            assert.equal(await watcher.stop(), 0)
          },
          env,
        )
        // The next watcher uses the saved health, whatever the wall clock shows.
        await set(3 * DAY)
        await watching(
          [...place.args, ...ARGS],
          async watcher => {
            await (await pagesOf(watcher)).until('/readyz', 200)
            assert.ok(!(await place.hosts())?.includes(limited.url))
            assert.equal(await watcher.stop(), 0)
          },
          env,
        )
      })
    },
  })
})
