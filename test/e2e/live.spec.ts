/** A running node: what regmirror reads from the containerd binary and from the daemon. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { applyPlan } from '../../lib/apply/apply.ts'
import { Failure } from '../../lib/model/errors.ts'
import type { MirrorList } from '../../lib/model/registry.ts'
import { readState } from '../../lib/ownership/state.ts'
import { makePlan, type Plan } from '../../lib/plan/plan.ts'
import { readBootClock } from '../../lib/system/boot-clock.ts'
import { type RunProgram, runProgram } from '../../lib/system/run.ts'
import { openProcesses } from '../../lib/system/trusted-processes.ts'
import { openWriter } from '../../lib/system/writer.ts'
import { targets } from '../../lib/targets/index.ts'
import { forContainerd, listOf, mirror, registry } from '../support/lists.ts'
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

// Not the usual path, so that a containerd of this machine does not match.
const CONFIG = '/etc/containerd/regmirror-e2e.toml'

const DISABLES = 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
/** Configs that disable CRI, which is a notice; `not`: the suite whose containerd requires a version in the file. */
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

/** A list without a version of containerd: the binary decides. */
function listWith(hostsDir: string | undefined): MirrorList {
  const made = listOf(registry('docker.io', [mirror('https://mirror.test')]))
  return forContainerd(made, { config: CONFIG, ...(hostsDir !== undefined && { hosts_dir: hostsDir }) })
}

for (const { title, suite } of generations) {
  describe(`a running node with ${title}`, function () {
    this.timeout(180_000)
    const name = `containerd-${suite}`
    const tree = treeOf(name)
    const run: RunProgram = (program, ...rest) => runProgram(launcher(name, program), ...rest)

    before(function () {
      needRuntime(this, name, true)
    })

    /** The plan on the machine of the daemon, with the files and mounts of the node. */
    const planOn = async (node: string, daemon?: Daemon, list = listWith(undefined)): Promise<Plan> => {
      const reader = openWriter(node)
      const processes = openProcesses(0, daemon?.alive() ? daemon.pid : 'self')
      const machine = { files: openWriter('/'), run, processes, now: Date.now, bootClock: readBootClock }
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

    it('has its version read from the binary, which accepts the edit of its default config', () =>
      withNode(defaultConfig(tree), async node => {
        const plan = await planOn(node)
        assert.deepEqual(
          plan.steps.map(step => step.path),
          ['/etc/containerd/certs.d/docker.io/hosts.toml', CONFIG],
        )
        assert.ok(!plan.notices.some(notice => notice.code === 'version_unknown'))
        const old = Number(containerdVersion(tree).split('.')[0]) < 2
        assert.equal(
          plan.notices.some(notice => notice.code === 'dial_timeout_ignored'),
          old,
        )
      }))

    it('refuses a config that only containerd finds invalid, and writes nothing', () =>
      withNode('version = 2\n[grpc]\ngid = "high"\n', async node => {
        const before = await readTree(node)
        await assert.rejects(planOn(node), error => {
          return (
            error instanceof Failure &&
            error.code === 'conflict' &&
            /containerd refuses the new file: .+/.test(error.message)
          )
        })
        assert.deepEqual(await readTree(node), before)
      }))

    for (const { what, config, not } of DISABLED) {
      const accepted = suite !== not
      it(`${accepted ? 'accepts' : 'refuses'} a config that disables CRI ${what}`, () =>
        withNode(config, async node => {
          if (!accepted)
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

    it('needs a restart until the daemon has started after the change', () =>
      withNode(defaultConfig(tree), async node => {
        const outside = await startLoggingProxy()
        const start = () => startContainerd(tree, node, outside.env, ['--config', CONFIG])
        let daemon = await start()
        try {
          const restart = async () => (await planOn(node, daemon)).restart.map(({ command }) => command)
          assert.deepEqual(await restart(), ['systemctl restart containerd'])
          await applyPlan(await planOn(node, daemon), openWriter(node), occasion())
          assert.deepEqual((await planOn(node, daemon)).steps, [])
          assert.deepEqual(await restart(), ['systemctl restart containerd'], 'it is still pending')
          await daemon.stop()
          assert.deepEqual(await restart(), [], 'a stopped daemon reads it when it starts')
          daemon = await start()
          assert.deepEqual(await restart(), [])
        } finally {
          await daemon.stop()
          await outside.close()
        }
      }))

    it('keeps a directory that the daemon reads until it restarts', () =>
      withNode(defaultConfig(tree), async node => {
        const outside = await startLoggingProxy()
        const start = () => startContainerd(tree, node, outside.env, ['--config', CONFIG])
        await applyPlan(await planOn(node), openWriter(node), occasion())
        let daemon = await start()
        try {
          const moved = listWith('/srv/certs.d')
          const old = '/etc/containerd/certs.d/docker.io/hosts.toml'
          const plan = await planOn(node, daemon, moved)
          assert.deepEqual(
            plan.notices.filter(notice => notice.code === 'kept_until_restart').map(notice => notice.file),
            [old],
          )
          await applyPlan(plan, openWriter(node), occasion())
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
