/** What explain shows of a Docker before and after a reload. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import { promisify } from 'node:util'
import type { ExplainReport } from '../../../../lib/model/explain-report.ts'
import type { Notice } from '../../../../lib/model/report.ts'
import { AS_BUILT } from '../../../support/program.ts'
import { eventually } from '../../../support/watching.ts'
import { type Dockerd, readInfo } from './dockerd.ts'

const LIST = '/tmp/explained.toml'

async function regmirror(...args: readonly string[]): Promise<string> {
  const [program, ...first] = AS_BUILT
  return (await promisify(execFile)(program, [...first, ...args, '-f', LIST])).stdout
}

async function apply(mirror: string, ...flags: readonly string[]): Promise<void> {
  const list = `version = 1\n[registries."docker.io"]\nmirrors = ["${mirror}"]\n[targets.docker]\n`
  await fs.writeFile(LIST, list)
  await regmirror('apply', '--no-probe', ...flags)
}

/** When each ladder holds, with its first endpoint; and what is said of files that were not read. */
async function explain() {
  const text = await regmirror('explain', 'busybox', '--target', 'docker', '--format', 'json')
  const { images, notices } = JSON.parse(text) as ExplainReport<Notice>
  return {
    ladders: images[0]?.routes.map(({ when, endpoints }) => [when, endpoints[0]?.url]),
    unread: notices.filter(({ code }) => code === 'not_read_yet').map(({ message }) => message),
  }
}

/** Both ladders until the reload, also after two writes and by whoever reloads it. */
export async function explainsReloads({ daemon }: { readonly daemon: Dockerd }): Promise<void> {
  const mirror = (port: number) => `http://127.0.0.1:${port}`
  const oneLadder = (port: number) => ({ ladders: [[undefined, `${mirror(port)}/v2`]], unread: [] })
  await apply(mirror(5001), '--reload')
  assert.deepEqual(await explain(), oneLadder(5001))
  await apply(mirror(5002))
  const { ladders, unread } = await explain()
  assert.deepEqual(ladders, [
    ['until_reload', `${mirror(5001)}/v2`],
    ['after_reload', `${mirror(5002)}/v2`],
  ])
  assert.deepEqual(unread, [
    `was changed after docker was started, which uses the older file until a reload: kill -HUP ${daemon.pid}`,
  ])
  process.kill(daemon.pid, 'SIGHUP')
  await eventually(
    async () => (await readInfo()).RegistryConfig.Mirrors?.includes(`${mirror(5002)}/`) || undefined,
    () => 'Docker does not reload',
  )
  assert.deepEqual(await explain(), oneLadder(5002))
}
