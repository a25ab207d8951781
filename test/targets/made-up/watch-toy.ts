/** Runs `watch` on a node with the made-up runtime. */
import assert from 'node:assert/strict'
import { REAL_TIME, run } from '../../support/run.ts'
import { eventually } from '../../support/watching.ts'
import type { ToyNode } from './on-node.ts'
import { table } from './toy.ts'

interface Watcher {
  /** Waits for an event; returns its line, and forgets those before it. */
  until(event: string, text?: RegExp): Promise<string>
}

/** Runs `watch` in this process until `use` is done; it must end with code 0. */
export async function watching({ args }: ToyNode, use: (watcher: Watcher) => Promise<void>): Promise<void> {
  const stop = new AbortController()
  let log = ''
  const openLog = () => ({
    write: (line: string) => {
      log += line
    },
  })
  const world = { ...REAL_TIME, signal: stop.signal, openLog, env: process.env }
  const command = args('watch', '--listen', '127.0.0.1:0', '--log-format', 'json')
  const ended = run(command, world, {}, async () => table)
  const until: Watcher['until'] = (event, text = /^/) =>
    eventually(
      () => {
        const lines = log.split('\n')
        const at = lines.findIndex(line => line.includes(`"event":"${event}"`) && text.test(line))
        if (at !== -1) log = lines.slice(at + 1).join('\n')
        return at === -1 ? undefined : lines[at]
      },
      () => `no ${event} ${text} in\n${log}`,
    )
  try {
    await Promise.race([use({ until }), ended.then(({ stderr }) => assert.fail(`ended: ${stderr}${log}`))])
  } finally {
    stop.abort()
    await ended
  }
  assert.equal((await ended).code, 0)
}
