/** A node that runs: what regmirror asks of the containerd binary there, and what it reads off the daemon. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { applyPlan } from '../../lib/apply/apply.ts'
import { Failure } from '../../lib/model/errors.ts'
import type { MirrorList } from '../../lib/model/registry.ts'
import { readState } from '../../lib/ownership/state.ts'
import { makePlan, type Plan } from '../../lib/plan/plan.ts'
import { readBootClock } from '../../lib/system/boot-clock.ts'
import { openTree } from '../../lib/system/files.ts'
import { type Run, runProgram } from '../../lib/system/run.ts'
import { openProcesses } from '../../lib/system/trusted-processes.ts'
import { targets } from '../../lib/targets/index.ts'
import { listOf, mirror, registry } from '../support/lists.ts'
import { readTree, withDirectory } from '../support/tree.ts'
import { type Daemon, makeNode, startContainerd } from './support/containerd.ts'
import { startLoggingProxy } from './support/logging-proxy.ts'
import {
  containerdVersion,
  defaultConfig,
  generations,
  launcher,
  needRuntime,
  treeOf,
} from './support/runtimes.ts'

// Not the usual path, so that a containerd of this very machine is none of ours.
const CONFIG = '/etc/containerd/regmirror-e2e.toml'

const DISABLES = 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
/** Configs that disable CRI, which is a notice; `not`: the suite whose containerd needs a version in the file. */
const DISABLED: readonly { readonly what: string; readonly config: string; readonly not?: string }[] = [
  {
    what: 'as Docker ships it',
    config: '#   Licensed\n\ndisabled_plugins = ["cri"]\n\n#root = "/x"\n',
    not: 'sid',
  },
  { what: 'by its full name', config: DISABLES },
  {
    what: 'by a plugin that it needs',
    config: 'version = 2\ndisabled_plugins = ["io.containerd.service.v1.images-service"]\n',
  },
]

const occasion = () => ({ command: 'apply', now: Date.now(), bootClock: readBootClock, made: [] }) as const

/** A list that leaves it to the binary to say which containerd it is. */
function listWith(hostsDir: string | undefined): MirrorList {
  const made = listOf(registry('docker.io', [mirror('https://mirror.test')]))
  const containerd = { ...made.targets.containerd, config: CONFIG, hostsDir, version: undefined }
  return { ...made, targets: { containerd } }
}

for (const { title, suite } of generations) {
  describe(`a running node with ${title}`, function () {
    this.timeout(180_000)
    const name = `containerd-${suite}`
    const tree = treeOf(name)
    const run: Run = (program, ...rest) => runProgram(launcher(name, program), ...rest)

    before(function () {
      needRuntime(this, name, true)
    })

    /** As it is planned on the machine that the daemon is on, whose files and mounts are the node's. */
    const planOn = async (node: string, daemon?: Daemon, list = listWith(undefined)): Promise<Plan> => {
      const reader = openTree(node)
      const processes = openProcesses(0, daemon?.alive() ? daemon.pid : 'self')
      const machine = { files: openTree('/'), run, processes, now: Date.now, bootClock: readBootClock }
      const view = { node: reader, uid: 0, state: await readState(reader), machine }
      return await makePlan(list, targets, view, { takeOver: false })
    }

    /** A node with this text as its config. */
    const withNode = (config: string, use: (node: string) => Promise<void>) =>
      withDirectory(async home => {
        const node = await makeNode(home)
        await fs.writeFile(path.join(node, CONFIG), config)
        await use(node)
      })

    it('is asked which release it is, and takes the edit of its own default config', () =>
      withNode(defaultConfig(tree), async node => {
        const plan = await planOn(node)
        assert.deepEqual(
          plan.steps.map(step => step.path),
          ['/etc/containerd/certs.d/docker.io/hosts.toml', CONFIG],
        )
        assert.ok(!plan.notices.some(notice => notice.code === 'generation_unknown'))
        const old = Number(containerdVersion(tree).split('.')[0]) < 2
        assert.equal(
          plan.notices.some(notice => notice.code === 'dial_timeout_ignored'),
          old,
        )
      }))

    it('refuses what only containerd knows to be wrong, and nothing is written', () =>
      withNode('version = 2\n[grpc]\ngid = "high"\n', async node => {
        const before = await readTree(node)
        await assert.rejects(planOn(node), error => {
          return (
            error instanceof Failure &&
            error.code === 'conflict' &&
            /containerd refuses it: .+/.test(error.message)
          )
        })
        assert.deepEqual(await readTree(node), before)
      }))

    for (const { what, config, not } of DISABLED) {
      const taken = suite !== not
      it(`${taken ? 'takes' : 'refuses'} a config that disables CRI ${what}`, () =>
        withNode(config, async node => {
          if (!taken)
            return await assert.rejects(
              planOn(node),
              error => error instanceof Failure && error.code === 'conflict',
            )
          const plan = await planOn(node)
          assert.ok(plan.steps.some(step => step.path === CONFIG))
          assert.ok(plan.notices.some(notice => notice.code === 'cri_disabled'))
        }))
    }

    it('refuses a config that disables CRI and that containerd cannot read', () =>
      withNode(`${DISABLES}[grpc]\ngid = "high"\n`, async node => {
        await assert.rejects(planOn(node), error => error instanceof Failure && error.code === 'conflict')
      }))

    it('wants a restart until the daemon has been started after the change', () =>
      withNode(defaultConfig(tree), async node => {
        const outside = await startLoggingProxy()
        const start = () => startContainerd(tree, node, outside.env, ['--config', CONFIG])
        let daemon = await start()
        try {
          const restart = async () => (await planOn(node, daemon)).restart.map(({ command }) => command)
          assert.deepEqual(await restart(), ['systemctl restart containerd'])
          await applyPlan(await planOn(node, daemon), openTree(node), occasion())
          assert.deepEqual((await planOn(node, daemon)).steps, [])
          assert.deepEqual(await restart(), ['systemctl restart containerd'], 'it is still due')
          await daemon.stop()
          assert.deepEqual(await restart(), [], 'a daemon that does not run will read it when it starts')
          daemon = await start()
          assert.deepEqual(await restart(), [])
        } finally {
          await daemon.stop()
          await outside.close()
        }
      }))

    it('keeps a directory that the daemon still reads until it has been restarted', () =>
      withNode(defaultConfig(tree), async node => {
        const outside = await startLoggingProxy()
        const start = () => startContainerd(tree, node, outside.env, ['--config', CONFIG])
        await applyPlan(await planOn(node), openTree(node), occasion())
        let daemon = await start()
        try {
          const moved = listWith('/srv/certs.d')
          const old = '/etc/containerd/certs.d/docker.io/hosts.toml'
          const plan = await planOn(node, daemon, moved)
          assert.deepEqual(
            plan.notices.filter(notice => notice.code === 'kept_until_restart').map(notice => notice.file),
            [old],
          )
          await applyPlan(plan, openTree(node), occasion())
          assert.deepEqual((await planOn(node, daemon, moved)).steps, [])
          await daemon.stop()
          daemon = await start()
          const after = await planOn(node, daemon, moved)
          assert.deepEqual(
            after.steps.map(step => [step.path, step.after]),
            [[old, undefined]],
          )
          assert.deepEqual(after.restart, [])
        } finally {
          await daemon.stop()
          await outside.close()
        }
      }))
  })
}
