/** `--reload` of `apply` and `restore` with a real process as the daemon, which shows what it uses. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { ExplainReport } from '../../../../lib/model/explain-report.ts'
import type { AppliedReport, Notice, PlannedReport, RestoredReport } from '../../../../lib/model/report.ts'
import { isFullTest } from '../../../support/check-property.ts'
import { needNamespaces } from '../../../support/namespace.ts'
import type { Ran } from '../../../support/run.ts'
import type { Tree } from '../../../support/tree.ts'
import { eventually } from '../../../support/watching.ts'
import { CONFIG, KILLED, listOf, mirrorsFile, openToyMachine, type ToyMachine } from './toy-machine.ts'

const LIST = '/srv/list.toml'
const BEFORE = '{\n  "debug": true\n}\n'
const NODE: Tree = { 'srv/list.toml': listOf('https://a.example'), [CONFIG]: BEFORE }
/** What waits in vain takes a tenth of the time. */
const FAST = { TOY_SPEED: '10' }
const APPLY = ['apply', '--no-probe', '-f', LIST]
/** Its `skip_verify` is what the daemon does not read where it reads half. */
const SKIPPING = listOf('https://a.example').replace(
  '["https://a.example"]',
  '[{ url = "https://a.example", skip_verify = true }]',
)
/** A file that was changed this long after the start of a process is newer by both clocks. */
const CLOCK_STEP_MS = 1500
const STATE = /\/var\/lib\/regmirror\/?(state.json|originals\/.*)?$/

let machine: (ToyMachine & AsyncDisposable) | undefined

async function onMachine(use: (machine: ToyMachine) => Promise<void>, tree: Tree): Promise<void> {
  machine ??= await openToyMachine()
  await machine.empty()
  await machine.write(tree)
  await use(machine)
}

const onNode = (use: (machine: ToyMachine) => Promise<void>, more: Tree = {}) =>
  onMachine(use, { ...NODE, ...more })

after(async () => await machine?.[Symbol.asyncDispose]())

function reportOf<Report>(code: number, ran: Ran): Report {
  assert.equal(ran.code, code, ran.stdout + ran.stderr)
  return JSON.parse(ran.stdout)
}

const plan = async ({ run }: ToyMachine) =>
  reportOf<PlannedReport>(0, await run(['plan', '-f', LIST, '--format', 'json']))
const pendingOf = async (machine: ToyMachine) => {
  const { reload, restart } = await plan(machine)
  return [...reload, ...restart].map(({ command }) => command)
}

/** The node is as before, without a state. */
async function assertUntouched({ tree }: ToyMachine): Promise<void> {
  assert.deepEqual(await tree(), { 'toy.json': BEFORE })
}

describe('a reload by signal', function () {
  this.timeout(120_000)
  before(function () {
    needNamespaces(this)
  })

  it('is proved by what the daemon uses, needs no systemd, and happens once', () =>
    onNode(async machine => {
      const { pid } = await machine.start()
      const { activated, reload } = reportOf<AppliedReport>(
        0,
        await machine.run([...APPLY, '--reload', '--format', 'json']),
      )
      const proof = 'toyd uses ["a.example"]'
      assert.deepEqual(activated, [{ target: 'toy', action: 'reload', command: `kill -HUP ${pid}`, proof }])
      assert.deepEqual(reload, [])
      assert.deepEqual(await machine.used(), { hosts: ['a.example'], skipVerify: [], hangups: 1 })
      assert.deepEqual(await pendingOf(machine), [])
      const again = reportOf<AppliedReport>(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
      assert.deepEqual([again.changed, again.activated], [false, undefined])
      assert.equal((await machine.used()).hangups, 1)
    }))

  it('is pending until it is done, by regmirror or by a person', () =>
    onNode(async machine => {
      const { pid } = await machine.start()
      reportOf(0, await machine.run([...APPLY, '--format', 'json']))
      assert.deepEqual(await pendingOf(machine), [`kill -HUP ${pid}`])
      process.kill(pid, 'SIGHUP')
      await reaches(machine, ['a.example'])
      assert.deepEqual(await pendingOf(machine), [], 'the daemon shows that it uses its file')

      await machine.write({ 'srv/list.toml': listOf('https://b.example') })
      reportOf(0, await machine.run([...APPLY, '--format', 'json']))
      assert.deepEqual(await pendingOf(machine), [`kill -HUP ${pid}`])
      const { changed, activated } = reportOf<AppliedReport>(
        0,
        await machine.run([...APPLY, '--reload', '--format', 'json']),
      )
      assert.deepEqual([changed, activated?.length], [false, 1])
      assert.deepEqual(await pendingOf(machine), [])
    }))

  it('is what explain names until it is done, with the command of plan', () =>
    onNode(async machine => {
      const { pid } = await machine.start()
      const unread = async () => {
        const args = ['explain', 'quay.io/a/b:1', '-f', LIST, '--target', 'toy', '--format', 'json']
        const { notices } = reportOf<ExplainReport<Notice>>(0, await machine.run(args))
        return notices.filter(({ code }) => code === 'not_read_yet').map(({ message }) => message)
      }
      const notice = `was changed after toy was started, which uses the older file until a reload: kill -HUP ${pid}`
      await sleep(CLOCK_STEP_MS)
      reportOf(0, await machine.run([...APPLY, '--format', 'json']))
      assert.deepEqual(await unread(), [notice])
      process.kill(pid, 'SIGHUP')
      await reaches(machine, ['a.example'])
      assert.deepEqual(await unread(), [], 'a person has reloaded it')

      await machine.write({ [CONFIG]: '{ "mirror-hosts": ["other.example"] }\n' })
      assert.deepEqual(await unread(), [notice], 'the daemon shows that it uses something else')
      reportOf(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
      assert.deepEqual(await unread(), [])
      await machine.write({ 'srv/toy/hidden': '' })
      assert.deepEqual(await unread(), [], 'the state knows of the reload')
    }))

  it('is named again where nothing shows that it was done, and no more after regmirror did it', () =>
    onNode(
      async machine => {
        const { pid } = await machine.start()
        reportOf(0, await machine.run([...APPLY, '--format', 'json']))
        process.kill(pid, 'SIGHUP')
        await reaches(machine, ['a.example'])
        assert.deepEqual(await pendingOf(machine), [`kill -HUP ${pid}`])
        const { code, stdout } = await machine.run([...APPLY, '--reload'])
        assert.equal(code, 0)
        assert.match(
          stdout,
          /process \d+ still runs; its socket is not known, so regmirror cannot see which files/,
        )
        assert.deepEqual(await pendingOf(machine), [])
      },
      { 'srv/toy/hidden': '' },
    ))

  it('is no longer pending after a restart', () =>
    onNode(async machine => {
      const first = await machine.start()
      reportOf(0, await machine.run([...APPLY, '--format', 'json']))
      await first.stop()
      assert.deepEqual(await pendingOf(machine), [], 'none runs')
      await machine.start()
      assert.deepEqual(await pendingOf(machine), [])
    }))

  for (const [title, how, more] of [
    ['ignores the signal', 'ignore', {}],
    ['refuses the file', 'reload', { [CONFIG]: '{\n  "broken": true\n}\n' }],
  ] as const)
    it(`puts everything back where the daemon ${title}`, () =>
      onNode(async machine => {
        await machine.start(how)
        const { code, stderr } = await machine.run([...APPLY, '--reload'], FAST)
        assert.equal(code, 2)
        assert.match(stderr, /toy does not serve after the reload: toyd uses \[\]/)
        assert.match(stderr, /regmirror put the files back and reloaded toy; read its log/)
        assert.doesNotMatch(stderr, /with the old files either/)
        assert.deepEqual(await machine.tree(), { 'toy.json': { ...NODE, ...more }[CONFIG] })
        assert.equal((await machine.used()).hangups, 2)
      }, more))

  for (const [title, tree] of [
    ['has no key', { [CONFIG]: BEFORE }],
    ['was not there', {}],
  ] as const)
    it(`leaves the daemon no value that no file names, where the old file ${title}`, () =>
      onMachine(
        async machine => {
          await machine.start('half')
          const { code, stderr } = await machine.run([...APPLY, '--reload'], FAST)
          assert.equal(code, 2)
          assert.match(stderr, /toy does not serve after the reload: toyd uses \["a\.example"\]/)
          assert.deepEqual(await machine.used(), { hosts: [], skipVerify: [], hangups: 2 })
          const files = CONFIG in tree ? { 'toy.json': BEFORE } : {}
          assert.deepEqual(await machine.tree(), files)
        },
        { ...tree, 'srv/list.toml': SKIPPING },
      ))

  it('leaves it none where the run was killed while it put the files back', () =>
    onMachine(
      async machine => {
        await machine.start('half')
        for (let nth = 1; await killedOrFailed(machine, nth); nth += isFullTest ? 1 : 3) {
          await machine.run(['restore', '--reload'], FAST)
          await machine.run(['restore', '--reload'], FAST)
          assert.deepEqual([(await machine.used()).hosts, await machine.tree()], [[], { 'toy.json': BEFORE }])
        }
      },
      { [CONFIG]: BEFORE, 'srv/list.toml': SKIPPING },
    ))

  it('puts everything back where the daemon ends, and says that it must be started', () =>
    onNode(async machine => {
      await machine.start('end')
      const { code, stderr } = await machine.run([...APPLY, '--reload'], FAST)
      assert.equal(code, 2)
      assert.match(stderr, /toy does not serve after the reload: process \d+ ended/)
      assert.match(stderr, /does not serve with the old files either: process \d+ ended; start it as it was/)
      await assertUntouched(machine)
    }))

  it('waits for a daemon that still starts, which the signal would end', () =>
    onNode(async machine => {
      const { pid } = await machine.start('late')
      const applied = machine.run([...APPLY, '--reload', '--format', 'json'])
      await eventually(
        async () =>
          (await machine.read('var/lib/regmirror/journal-activating.json').catch(() => undefined)) !==
            undefined || undefined,
        () => 'the files are not written',
      )
      await sleep(300)
      await machine.write({ 'srv/toy/started': '' })
      const { activated } = reportOf<AppliedReport>(0, await applied)
      assert.deepEqual(
        activated?.map(({ command }) => command),
        [`kill -HUP ${pid}`],
      )
      assert.deepEqual(await machine.used(), { hosts: ['a.example'], skipVerify: [], hangups: 1 })
    }))

  it('sends no signal to a daemon that does not respond', () =>
    onNode(async machine => {
      const { pid } = await machine.start('late')
      const { code, stderr } = await machine.run([...APPLY, '--reload'], FAST)
      assert.equal(code, 2)
      assert.match(
        stderr,
        /does not serve after the reload: connect ENOENT .*toyd\.sock; it was sent no SIGHUP/,
      )
      process.kill(pid, 0)
      assert.deepEqual(await machine.tree(), { 'toy.json': BEFORE })
    }))

  it('makes the files what they were before regmirror where an earlier run left the reload', () =>
    onNode(async machine => {
      await machine.start('ignore')
      reportOf(0, await machine.run([...APPLY, '--format', 'json']))
      const { code, stderr } = await machine.run([...APPLY, '--reload'], FAST)
      assert.equal(code, 2)
      assert.match(stderr, /toy does not serve after the reload/)
      assert.equal(await machine.read(CONFIG), BEFORE)
      assert.match(await machine.read(mirrorsFile('quay.io')), /a\.example/, 'takes effect immediately')
      reportOf(0, await machine.run(['restore', '--format', 'json']))
      assert.deepEqual(await machine.tree(), { 'toy.json': BEFORE })
    }))

  it('starts the unit of a daemon that has ended, and restarts none', () =>
    onNode(
      async machine => {
        await machine.start('end')
        const toyd = path.join(import.meta.dirname, 'toyd.ts')
        const script = `#!/bin/sh\necho "$*" >>/srv/systemctl.log\n[ "$1" != start ] || { setsid ${process.execPath} ${toyd} /srv/toy >/dev/null 2>&1 & rm /srv/toy/toyd.pid; while [ ! -e /srv/toy/toyd.pid ]; do sleep 0.05; done; }\n`
        await machine.write({ 'srv/bin/systemctl': script })
        await machine.chmod('srv/bin/systemctl', 0o755)
        const PATH = `/srv/bin:${process.env.PATH}`
        const { code, stderr } = await machine.runAlone([...APPLY, '--reload'], { ...FAST, PATH })
        assert.equal(code, 2, stderr)
        const said = await machine.read('srv/systemctl.log')
        assert.match(said, /^reset-failed toy\.service\nstart toy\.service\n$/)
        assert.doesNotMatch(stderr, /with the old files either/)
        await assertUntouched(machine)
        process.kill(Number(await machine.read('srv/toy/toyd.pid')), 'SIGKILL')
      },
      { 'srv/toy/unit': '' },
    ))

  it('is not sent to another program that has the id in the file of the daemon', () =>
    onNode(async machine => {
      const { stop } = await machine.start()
      await stop()
      // The id is that of another program now.
      const other = await machine.start()
      await machine.write({ 'srv/toy/toyd.pid': String(process.pid) })
      const { code, stdout } = await machine.run([...APPLY, '--reload'])
      assert.equal(code, 0)
      assert.doesNotMatch(stdout, /reload/)
      assert.equal((await machine.used()).hangups, 0)
      await other.stop()
    }))

  it('is not sent to a process that has the id of the daemon since', () =>
    onNode(async machine => {
      const { pid } = await machine.start()
      assert.ok(await killed(machine, 'kill', 1, [...APPLY, '--reload']))
      const file = 'var/lib/regmirror/journal-activating.json'
      const journal = JSON.parse(await machine.read(file))
      assert.deepEqual(
        journal.activations.map(({ signal, address, config, pid: own }: Record<string, unknown>) => [
          ...[signal, address, config, own],
        ]),
        [['SIGHUP', '/srv/toy/toyd.sock', `/${CONFIG}`, pid]],
      )
      // As if it had been started at another time.
      journal.activations[0].started_at -= 1
      await machine.write({ [file]: JSON.stringify(journal) })
      const { hangups } = await machine.used()
      assert.equal((await machine.run([...APPLY, '--format', 'json'])).code, 0)
      assert.equal((await machine.used()).hangups, hangups)
    }))
})

describe('restore --reload', function () {
  this.timeout(300_000)
  before(function () {
    needNamespaces(this)
  })

  it('lets the daemon read an empty value before the key goes; everything is as before', () =>
    onNode(async machine => {
      await machine.start()
      reportOf(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
      const { restart, reload, activated } = reportOf<RestoredReport>(
        0,
        await machine.run(['restore', '--reload', '--format', 'json']),
      )
      assert.deepEqual([reload, restart, activated?.map(({ proof }) => proof)], [[], [], ['toyd uses []']])
      assert.deepEqual(await machine.used(), { hosts: [], skipVerify: [], hangups: 2 })
      await assertUntouched(machine)
    }))

  it('removes a file that regmirror created', () =>
    onMachine(
      async machine => {
        await machine.start()
        reportOf(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
        assert.equal((await machine.run(['restore', '--reload'])).code, 0)
        assert.deepEqual([(await machine.used()).hosts, await machine.tree()], [[], {}])
      },
      { 'srv/list.toml': listOf('https://a.example') },
    ))

  it('keeps later changes in the rest of the file', () =>
    onNode(async machine => {
      await machine.start()
      reportOf(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
      await machine.write({
        [CONFIG]: (await machine.read(CONFIG)).replace('"debug": true', '"debug": false'),
      })
      assert.equal((await machine.run(['restore', '--reload'])).code, 0)
      assert.deepEqual((await machine.used()).hosts, [])
      assert.deepEqual(await machine.tree(), { 'toy.json': BEFORE.replace('true', 'false') })
    }))

  it('puts another value back with a reload', () =>
    onNode(
      async machine => {
        await machine.start()
        reportOf(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
        assert.deepEqual((await machine.used()).hosts, ['a.example'])
        assert.equal((await machine.run(['restore', '--reload'])).code, 0)
        assert.deepEqual((await machine.used()).hosts, ['old.example'])
        assert.deepEqual(await machine.tree(), { 'toy.json': '{"mirror-hosts": ["old.example"]}' })
      },
      { [CONFIG]: '{"mirror-hosts": ["old.example"]}' },
    ))

  it('says without --reload that the daemon keeps the value until a restart, with the command', () =>
    onNode(async machine => {
      await machine.start()
      reportOf(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
      const check = await machine.run(['restore', '--check'])
      assert.equal(check.code, 1)
      assert.match(check.stdout, /takes effect after a restart/)
      const { code, stdout, stderr } = await machine.run(['restore'])
      assert.equal(code, 0)
      assert.match(stdout, /^restart toy: systemctl restart toy \(it keeps values of keys that are gone\)$/m)
      assert.match(stderr, /toy uses its old mirror-hosts until it is restarted: no reload removes a key/)
      assert.match(
        stderr,
        /With --reload, this run lets .* first\. After a run without it: systemctl restart toy;/,
      )
      assert.deepEqual((await machine.used()).hosts, ['a.example'])
      await assertUntouched(machine)
      assert.match(stderr, /or regmirror apply --reload with the old list, then this command with --reload$/m)
      reportOf(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
      reportOf(0, await machine.run(['restore', '--reload', '--format', 'json']))
      assert.deepEqual((await machine.used()).hosts, [])
      await assertUntouched(machine)
    }))

  it('is not needed for a value that the daemon has read as empty', () =>
    onNode(async machine => {
      await machine.start()
      await machine.write({ 'srv/list.toml': listOf() })
      reportOf(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
      assert.deepEqual((await machine.used()).hosts, [])
      const { restart } = reportOf<RestoredReport>(0, await machine.run(['restore', '--format', 'json']))
      assert.deepEqual(restart, [])
      await assertUntouched(machine)
    }))

  it('is the same for a list without the runtime', () =>
    onNode(async machine => {
      await machine.start()
      reportOf(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
      const list = listOf('https://a.example').replace(
        /\[targets[\s\S]*/,
        '[targets.containerd]\nhosts_dir = "/srv/certs.d"\nconfig = "/srv/config.toml"\n',
      )
      await machine.write({ 'srv/list.toml': list })
      const { activated } = reportOf<AppliedReport>(
        0,
        await machine.run([...APPLY, '--reload', '--format', 'json']),
      )
      assert.deepEqual(
        activated?.map(({ target }) => target),
        ['toy'],
      )
      assert.deepEqual((await machine.used()).hosts, [])
      assert.equal(await machine.read(CONFIG), BEFORE)
    }))

  it('puts the files of regmirror back where the daemon does not serve', () =>
    onNode(async machine => {
      const first = await machine.start()
      reportOf(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
      const applied = await machine.tree()
      await first.stop()
      await machine.start('ignore')
      const { code, stderr } = await machine.run(['restore', '--reload'], FAST)
      assert.equal(code, 2, stderr)
      assert.match(stderr, /toy does not serve after the reload/)
      assert.deepEqual(await machine.tree(), applied)
      assert.equal((await machine.run(['restore'])).code, 0)
      await assertUntouched(machine)
    }))
})

describe('a run with a reload that was killed', function () {
  this.timeout(600_000)
  before(function () {
    needNamespaces(this)
  })

  for (const call of ['rename', 'kill'] as const)
    it(`is settled by the next one, wherever it was killed: before each ${call}`, () =>
      onNode(async machine => {
        await machine.start()
        const step = call === 'kill' || isFullTest ? 1 : 4
        for (let nth = 1; await killed(machine, call, nth, [...APPLY, '--reload']); nth += step) {
          reportOf(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
          await assertApplied(machine)
          assert.equal((await machine.run(['restore', '--reload'])).code, 0)
          assert.deepEqual((await machine.used()).hosts, [], `${nth}`)
          await assertUntouched(machine)
        }
      }))

  for (const call of ['rename', 'kill'] as const)
    it(`leaves a node that the next restore finishes: before each ${call}`, () =>
      onNode(async machine => {
        await machine.start()
        const step = call === 'kill' || isFullTest ? 1 : 4
        reportOf(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
        for (let nth = 1; await killed(machine, call, nth, ['restore', '--reload']); nth += step) {
          assert.equal((await machine.run(['restore', '--reload'])).code, 0)
          assert.deepEqual((await machine.used()).hosts, [], `${nth}`)
          await assertUntouched(machine)
          reportOf(0, await machine.run([...APPLY, '--reload', '--format', 'json']))
          await assertApplied(machine)
        }
      }))
})

/** Kills a command before the nth call; false: it has made all of them. */
async function killed(
  { runAlone }: ToyMachine,
  call: string,
  nth: number,
  args: readonly string[],
): Promise<boolean> {
  const preload = path.join(import.meta.dirname, '../../../support/kill-before-call.cjs')
  const env = { NODE_OPTIONS: `--require ${preload}`, REGMIRROR_TEST_KILL: `${call} ${nth}` }
  const { code, stderr } = await runAlone(args, env)
  assert.ok(code === KILLED || (code === 0 && nth > 1), `${code}: ${stderr}`)
  return code === KILLED
}

/** The same for an apply that fails. */
async function killedOrFailed({ runAlone }: ToyMachine, nth: number): Promise<boolean> {
  const preload = path.join(import.meta.dirname, '../../../support/kill-before-call.cjs')
  const env = { NODE_OPTIONS: `--require ${preload}`, REGMIRROR_TEST_KILL: `rename ${nth}`, ...FAST }
  const { code, stderr } = await runAlone([...APPLY, '--reload'], env)
  assert.ok(code === KILLED || (code === 2 && nth > 1), `${code}: ${stderr}`)
  return code === KILLED
}

/** Waits until the daemon uses these hosts. */
async function reaches(machine: ToyMachine, hosts: readonly string[]): Promise<void> {
  await eventually(
    async () => isDeepStrictEqual((await machine.used()).hosts, hosts) || undefined,
    () => `toyd does not use ${hosts}`,
  )
}

async function assertApplied(machine: ToyMachine): Promise<void> {
  assert.deepEqual((await machine.used()).hosts, ['a.example'])
  const tree = await machine.tree()
  assert.match(tree['toy.json'] ?? '', /"mirror-hosts": \[\s*"a\.example"/)
  assert.ok('mirrors/quay.io.toml' in tree)
  assert.deepEqual(
    Object.keys(tree).filter(file => file.startsWith('/var') && !STATE.test(file)),
    [],
  )
}
