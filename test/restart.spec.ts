/** What apply does around a restart: the proof, the undo, and the runs that were killed on the way. */

import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import http2 from 'node:http2'
import path from 'node:path'
import { applyPlan } from '../lib/apply/apply.ts'
import type { Activator, DaemonActivation } from '../lib/apply/daemon-activation.ts'
import { readJournal } from '../lib/apply/journal.ts'
import { recover } from '../lib/apply/recover.ts'
import { Failure } from '../lib/model/errors.ts'
import { readState } from '../lib/ownership/state.ts'
import { failureLines } from '../lib/pipeline/daemon-log.ts'
import { plannedActivations } from '../lib/pipeline/planned-activations.ts'
import { makePlan, type Plan } from '../lib/plan/plan.ts'
import { callGrpc } from '../lib/system/grpc.ts'
import { openWriter, type Writer } from '../lib/system/writer.ts'
import { respond } from '../lib/targets/containerd/cri-response.ts'
import { knownTarget } from './support/known-target.ts'
import { listOf } from './support/lists.ts'
import { run } from './support/run.ts'
import { withDirectory, writeTree } from './support/tree.ts'
import { CONFIG, fixedTarget } from './targets/made-up/fixed-target.ts'

const DAEMON: DaemonActivation = {
  ...{ target: 'one', action: 'restart', unit: 'tool.service', address: '/run/tool.sock' },
  ...{ pid: 4711, started_at: 12 },
}
const LIST = {
  ...listOf(),
  targets: { one: { written: {}, place: { file: 'list', line: 1, column: 1 } } },
}
const BEFORE = 'level = 1\npassword = "planted-secret"\n'

interface Scene {
  readonly node: Writer
  readonly plan: Plan
  readonly text: () => Promise<string>
}

async function onNode(use: (scene: Scene) => Promise<void>): Promise<void> {
  await withDirectory(async root => {
    await writeTree(root, { [CONFIG.slice(1)]: BEFORE })
    const node = openWriter(root)
    const target = fixedTarget('one', { values: [{ path: ['level'], value: '2' }], effect: 'restart' })
    const view = { node, state: await readState(node), uid: process.geteuid?.() ?? 0, machine: undefined }
    const plan = await makePlan(LIST, { one: knownTarget(target) }, view, { takeOver: false })
    await use({
      ...{ node, plan },
      text: () => fs.readFile(path.join(root, CONFIG), 'utf8'),
    })
  })
}

/** Notes what it was to do. `result`: what becomes of the first restart. */
function activator(calls: string[], result: 'serves' | 'fails' | 'is killed', said = 'broken'): Activator {
  return {
    activate: async (_activations, hide) => {
      calls.push('activate')
      if (result === 'is killed') throw new Error('killed')
      if (result === 'fails') throw new Failure('restart_failed', [{ message: hide(said) }])
    },
    reactivate: async () => {
      calls.push('reactivate')
      return []
    },
  }
}

const occasion = { command: 'apply', now: Date.UTC(2026, 0, 1), made: [] } as const

/** As if the process had ended in the activation: an undo finds no file system. */
async function killedWhileActivating({ node, plan }: Scene): Promise<void> {
  let dead = false
  const dying = Object.fromEntries(
    Object.entries(node).map(([name, method]) => [
      name,
      typeof method !== 'function'
        ? method
        : (...args: unknown[]) => {
            if (dead) throw new Error('killed')
            return Reflect.apply(method, node, args)
          },
    ]),
  ) as unknown as Writer
  const killer: Activator = {
    activate: async () => {
      dead = true
      throw new Error('killed')
    },
    reactivate: async () => [],
  }
  const work = { ...occasion, activations: [DAEMON], activator: killer }
  await assert.rejects(applyPlan(plan, dying, work), /killed/)
  assert.equal((await readJournal(node))?.phase, 'activating')
}

describe('a run that restarts a daemon', () => {
  it('keeps its files where the daemon serves', () =>
    onNode(async ({ plan, node, text }) => {
      const calls: string[] = []
      const work = { ...occasion, activations: [DAEMON], activator: activator(calls, 'serves') }
      assert.equal(await applyPlan(plan, node, work), true)
      assert.deepEqual(calls, ['activate'])
      assert.match(await text(), /^level = "2"/)
      assert.equal(await readJournal(node), undefined)
    }))

  it('leaves the node as before where it does not, and restarts it again', () =>
    onNode(async ({ plan, node, text }) => {
      const calls: string[] = []
      const said = 'cannot read password = "planted-secret"'
      const work = { ...occasion, activations: [DAEMON], activator: activator(calls, 'fails', said) }
      await assert.rejects(applyPlan(plan, node, work), (error: Failure) => {
        assert.equal(error.code, 'restart_failed')
        assert.doesNotMatch(error.message, /planted-secret/)
        return true
      })
      assert.deepEqual(calls, ['activate', 'reactivate'])
      assert.equal(await text(), BEFORE)
      assert.equal(await readJournal(node), undefined)
    }))
})

describe('a run that was killed while it restarted a daemon', () => {
  it('is finished by the next one where the daemon serves', () =>
    onNode(async scene => {
      await killedWhileActivating(scene)
      const calls: string[] = []
      const recovery = await recover(scene.node, async () => activator(calls, 'serves'))
      assert.equal(recovery?.outcome, 'finished')
      assert.deepEqual(calls, ['activate'])
      assert.match(await scene.text(), /^level = "2"/)
      assert.equal(await readJournal(scene.node), undefined)
    }))

  it('is undone by the next one where it does not', () =>
    onNode(async scene => {
      await killedWhileActivating(scene)
      const calls: string[] = []
      const recovery = await recover(scene.node, async () => activator(calls, 'fails'))
      assert.equal(recovery?.outcome, 'undone')
      assert.deepEqual(
        recovery?.problems?.map(({ message }) => message),
        ['broken'],
      )
      assert.deepEqual(calls, ['activate', 'reactivate'])
      assert.equal(await scene.text(), BEFORE)
    }))

  it('keeps its files where no program may run', () =>
    onNode(async scene => {
      await killedWhileActivating(scene)
      assert.equal((await recover(scene.node))?.outcome, 'finished')
      assert.match(await scene.text(), /^level = "2"/)
    }))
})

describe('the daemons that apply may restart', () => {
  const activation = { target: 'one', command: 'restart one', why: 'it reads the file when it starts' }
  const running = { state: 'running', pid: 4711, startedAt: 12, executable: '/usr/bin/tool' } as const
  const known = { ...running, unit: 'tool.service', address: '/run/tool.sock' }
  const plan = (daemon: Plan['daemons'][number]['daemon']) => ({
    ...{ restart: [activation], reload: [], daemons: [{ target: 'one', daemon }] },
  })

  it('are those of the plan, and none without the flag', () => {
    assert.deepEqual(plannedActivations(plan(known), { restart: true }, 'apply'), [DAEMON])
    assert.deepEqual(plannedActivations(plan(known), { reload: true }, 'apply'), [])
    assert.deepEqual(plannedActivations(plan(known), {}, 'apply'), [])
    const reload = { restart: [], reload: [activation], daemons: plan(known).daemons }
    for (const flags of [{ reload: true }, { restart: true }])
      assert.deepEqual(plannedActivations(reload, flags, 'apply'), [{ ...DAEMON, action: 'reload' }])
  })

  it('must run in a unit', () =>
    assert.throws(
      () => plannedActivations(plan({ ...running, address: '/run/tool.sock' }), { restart: true }, 'apply'),
      /one \(process 4711\) runs in no unit of systemd, so regmirror cannot restart it and wrote nothing; run regmirror apply without --restart, then: restart it as it was started/,
    ))

  it('are none under --root', async () => {
    const { code, stderr } = await run(['apply', '--root', '/', '-f', 'none.toml', '--restart'])
    assert.equal(code, 2)
    assert.match(stderr, /--restart and --root cannot be used together/)
  })
})

describe('the last words of a daemon', () => {
  const log = [
    'time="1" level=info msg="starting cri plugin" config="{\\"failed\\":1}"',
    'time="2" level=warning msg="failed to load plugin" error="devmapper not configured"',
    'time="3" level=warning msg="failed to load plugin io.containerd.grpc.v1.cri" error="invalid plugin config"',
    'time="4" level=info msg="containerd successfully booted in 0.1s"',
  ].join('\n')

  it('are the lines about what it is for', () =>
    assert.deepEqual(failureLines(log, /\bcri\b/), [
      'msg="failed to load plugin io.containerd.grpc.v1.cri" error="invalid plugin config"',
    ]))

  it('are its first failures where no line is about that', () =>
    assert.deepEqual(failureLines(log, /nothing/).length, 2))
})

describe('a call of CRI', () => {
  const serve = async (
    headers: http2.OutgoingHttpHeaders,
    body: Buffer,
    use: (socket: string) => Promise<void>,
  ) =>
    await withDirectory(async home => {
      const socket = path.join(home, 'cri.sock')
      const server = http2.createServer()
      server.on('stream', stream => {
        const isFailure = 'grpc-status' in headers
        stream.respond(
          { ':status': 200, 'content-type': 'application/grpc', ...headers },
          { waitForTrailers: !isFailure },
        )
        if (!isFailure) stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
        stream.end(body)
      })
      await new Promise<void>(done => server.listen(socket, done))
      try {
        await use(socket)
      } finally {
        server.close()
      }
    })

  it('proves that containerd serves CRI, with its version', () => {
    const fields = [
      ['\x0a', '0.1.0'],
      ['\x12', 'containerd'],
      ['\x1a', 'v2.1.9'],
      ['\x22', 'v1'],
    ]
    const message = fields.map(([tag, text = '']) => tag + String.fromCharCode(text.length) + text).join('')
    const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), Buffer.from(message)])
    return serve({}, frame, async socket =>
      assert.deepEqual(await respond(socket), { serves: true, proof: 'CRI responds (containerd v2.1.9)' }),
    )
  })

  it('proves that a containerd without CRI stays without it', () =>
    serve({ 'grpc-status': '12', 'grpc-message': 'unknown%20service' }, Buffer.alloc(0), async socket => {
      assert.deepEqual(await callGrpc(socket, '/a.B/C'), {
        status: 12,
        message: 'unknown service',
        body: Buffer.alloc(0),
      })
      const response = await respond(socket)
      assert.ok(!response.serves && response.isFinal)
    }))

  it('is tried again where nothing listens', async () => {
    const response = await respond('/nowhere/cri.sock')
    assert.ok(!response.serves && !response.isFinal)
    assert.match(response.problem, /ENOENT/)
  })
})
