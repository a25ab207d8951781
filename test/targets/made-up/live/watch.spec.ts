/** `watch` with a runtime that reads its files at a reload: a real process as the daemon shows what it uses. */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { needNamespaces } from '../../../support/namespace.ts'
import { kill } from '../../../support/process.ts'
import { eventually, startMirror } from '../../../support/watching.ts'
import { CONFIG, listOf, mirrorsFile, openToyMachine, type ToyMachine } from './toy-machine.ts'

const LIST = '/srv/list.toml'
const QUAY = mirrorsFile('quay.io')

interface Event {
  readonly event: string
  readonly msg: string
  readonly path?: string
}

interface Watcher {
  /** Waits for an event; forgets those before it. */
  until(event: string, text?: RegExp): Promise<Event>
  /** All events so far. */
  events(): readonly Event[]
  /** A page of the watcher. */
  get(page: string): Promise<string>
}

let machine: (ToyMachine & AsyncDisposable) | undefined

/** Runs a watcher on an empty machine until `use` is done; it must end with code 0. */
async function watching(
  prepare: (machine: ToyMachine) => Promise<void>,
  use: (watcher: Watcher, machine: ToyMachine) => Promise<void>,
  { args = [], speed = 1 }: { readonly args?: readonly string[]; readonly speed?: number } = {},
): Promise<void> {
  machine ??= await openToyMachine()
  await machine.empty()
  await prepare(machine)
  const flags = ['-f', LIST, '--listen', '127.0.0.1:0', '--log-format', 'json', ...args]
  const child = machine.spawn(['watch', ...flags], { TOY_SPEED: String(speed) })
  let log = ''
  child.stdout?.resume()
  child.stderr?.setEncoding('utf8').on('data', text => {
    log += text
  })
  const events = () =>
    log.split('\n').flatMap((line): Event[] => (line.startsWith('{') ? [JSON.parse(line)] : []))
  let read = 0
  const until: Watcher['until'] = (event, text = /^/) =>
    eventually(
      () => {
        const at = events().findIndex((one, i) => i >= read && one.event === event && text.test(one.msg))
        if (at !== -1) read = at + 1
        return events()[at]
      },
      () => `no ${event} ${text} in\n${log}`,
    )
  try {
    const { msg } = await until('listening')
    const url = /http:\/\/\S+\//.exec(msg)?.[0] ?? ''
    await use({ until, events, get: async page => await (await fetch(url + page)).text() }, machine)
  } finally {
    await kill(child, 'SIGTERM')
  }
  assert.equal(child.exitCode, 0, log)
}

const hostOf = (url: string) => new URL(url).host

/** The same mirrors for two registries. */
const listText = (...mirrors: readonly string[]) =>
  listOf(...mirrors).replace(
    '[targets.toy]',
    `[registries."ghcr.io"]\nmirrors = ${JSON.stringify(mirrors)}\n[targets.toy]`,
  )

describe('a watcher of a runtime that reads its files at a reload', function () {
  this.timeout(120_000)
  before(function () {
    needNamespaces(this)
  })
  after(async () => await machine?.[Symbol.asyncDispose]())

  it('removes and returns a mirror with one reload for all files, and repairs what was changed', async () => {
    await using a = await startMirror()
    await using b = await startMirror()
    const [hostA, hostB] = [hostOf(a.url), hostOf(b.url)]
    await watching(
      async ({ write, start }) => {
        await write({ 'srv/list.toml': listText(a.url, b.url), [CONFIG]: '{\n  "debug": true\n}\n' })
        await start()
      },
      async ({ until, events, get }, { used, read, write }) => {
        await until('reloaded', /^reloaded toy: kill -HUP \d+; toyd uses/)
        assert.deepEqual(await used(), { hosts: [hostA, hostB], skipVerify: [], hangups: 1 })

        await a.stop()
        await until('mirror_unhealthy')
        await until('reloaded')
        assert.deepEqual(await used(), { hosts: [hostB], skipVerify: [], hangups: 2 })
        for (const registry of ['quay.io', 'ghcr.io'])
          assert.doesNotMatch(await read(mirrorsFile(registry)), new RegExp(hostA))

        await a.start()
        await until('mirror_healthy')
        await until('reloaded')
        assert.deepEqual(await used(), { hosts: [hostA, hostB], skipVerify: [], hangups: 3 })

        await write({ [CONFIG]: (await read(CONFIG)).replace(`"${hostA}",`, '') })
        await until('reloaded')
        await until('drifted', /toy\.json/)
        assert.deepEqual(await used(), { hosts: [hostA, hostB], skipVerify: [], hangups: 4 })
        assert.match(await get('metrics'), /^regmirror_reloads_total\{target="toy",result="success"\} 4$/m)
        assert.match(await get('metrics'), /^regmirror_reload_pending 0$/m)
        const names = new Set(events().map(({ event }) => event))
        for (const name of ['reload_needed', 'apply_needed', 'restart_needed', 'reload_failed'])
          assert.ok(!names.has(name), name)
      },
    )
  })

  it('does the reload that an apply left pending', () =>
    watching(
      async ({ write, start, run }) => {
        await write({ 'srv/list.toml': listOf('http://127.0.0.1:1') })
        await start()
        assert.equal((await run(['apply', '--no-probe', '-f', LIST])).code, 0)
      },
      async ({ until }, { used }) => {
        await until('reloaded')
        const { hosts, hangups } = await used()
        assert.deepEqual([hosts, hangups], [['127.0.0.1:1'], 1])
      },
    ))

  it('writes the other files, reports, and tries again where the daemon does not use the file', () =>
    watching(
      async ({ write, start }) => {
        await write({ 'srv/list.toml': listOf('http://127.0.0.1:1', 'http://127.0.0.1:2'), [CONFIG]: '{}\n' })
        await start('ignore')
      },
      async ({ until, events, get }, { used, read, start, stopAll }) => {
        const { msg } = await until('reload_failed')
        assert.match(msg, /toy does not serve after the reload: toyd uses \[\]; regmirror put the files back/)
        assert.equal(await read(CONFIG), '{}\n')
        assert.match(await read(QUAY), /127\.0\.0\.1:1.*127\.0\.0\.1:2/, 'takes effect immediately')
        await shown(get, /The reload of toy failed\. Its files are as before/)
        assert.match(await get('healthz'), /cannot reload toy: toy does not serve/)
        assert.match(await get('metrics'), /^regmirror_last_apply_success 0$/m)
        assert.match(await get('metrics'), /^regmirror_reloads_total\{target="toy",result="error"\} [1-9]/m)
        assert.equal(await read(CONFIG), '{}\n')

        await stopAll()
        await start()
        // It has read the file when it started, or is reloaded.
        await reaches(used, ['127.0.0.1:1', '127.0.0.1:2'])
        assert.doesNotMatch(JSON.stringify(events()), /changed outside/)
        await shown(get, /The reload of toy failed/, false)
        assert.equal(events().filter(({ event }) => event === 'reload_failed').length, 1)
      },
      { speed: 10 },
    ))

  it('writes every file where the daemon does not run, and reloads nothing', () =>
    watching(
      ({ write }) => write({ 'srv/list.toml': listOf('http://127.0.0.1:1') }),
      async ({ until, events }, { read, start, used, run }) => {
        await until('file_written', /toy\.json/)
        assert.match(await read(CONFIG), /127\.0\.0\.1:1/)
        await start()
        assert.deepEqual((await used()).hosts, ['127.0.0.1:1'])
        const { code, stdout } = await run(['plan', '--check', '-f', LIST])
        assert.equal(code, 0, stdout)
        assert.ok(!events().some(({ event }) => /^reload/.test(event)))
      },
    ))

  it('lets the daemon read an empty value before a key goes with its runtime', async () => {
    await using a = await startMirror()
    await watching(
      async ({ write, start }) => {
        await write({ 'srv/list.toml': listOf(a.url), [CONFIG]: '{\n  "debug": true\n}\n' })
        await start()
      },
      async ({ until }, { write, used, read }) => {
        await until('reloaded')
        const other = '[targets.containerd]\nhosts_dir = "/srv/certs.d"\nconfig = "/srv/config.toml"\n'
        await write({ 'srv/list.toml': listOf(a.url).replace(/\[targets[\s\S]*/, other) })
        await until('reloaded', /toyd uses \[\]/)
        assert.deepEqual((await used()).hosts, [])
        assert.equal(await read(CONFIG), '{\n  "debug": true\n}\n')
      },
    )
  })

  it('leaves what needs a reload to a person with --no-reload', async () => {
    await using a = await startMirror()
    await using b = await startMirror()
    await watching(
      async ({ write, start }) => {
        await write({ 'srv/list.toml': listOf(a.url, b.url) })
        await start()
      },
      async ({ until, events }, { used, read }) => {
        await until('reload_needed', /^reload toy: kill -HUP \d+/)
        await a.stop()
        await until('apply_needed', /toy\.json differs from the list/)
        assert.doesNotMatch(await read(QUAY), new RegExp(hostOf(a.url)))
        assert.match(await read(CONFIG), new RegExp(hostOf(a.url)))
        assert.equal((await used()).hangups, 0)
        assert.ok(!events().some(({ event }) => event === 'reloaded'))
      },
      { args: ['--no-reload'] },
    )
  })
})

async function reaches(used: ToyMachine['used'], hosts: readonly string[]): Promise<void> {
  await eventually(
    async () => isDeepStrictEqual((await used()).hosts, hosts) || undefined,
    () => `toyd does not use ${hosts}`,
  )
}

/** The page shows a turn of the loop when it is done. */
async function shown(get: Watcher['get'], text: RegExp, is = true): Promise<void> {
  await eventually(
    async () => text.test((await get('')).replace(/<[^>]*>/g, '')) === is || undefined,
    () => `${text} on the page: ${!is}`,
  )
}
