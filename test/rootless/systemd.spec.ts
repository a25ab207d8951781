/** A user's daemons are units of that user's systemd. */
import assert from 'node:assert/strict'
import { accepted } from '../../lib/model/refused.ts'
import { findRootlessUser } from '../../lib/model/rootless-user.ts'
import { runSystemd } from '../../lib/pipeline/run-systemd.ts'
import { neededActivations } from '../../lib/plan/activations.ts'
import type { RunProgram } from '../../lib/system/run.ts'
import type { Daemon } from '../../lib/targets/daemon.ts'
import { toy } from '../targets/made-up/toy.ts'

const user = accepted(findRootlessUser({ HOME: '/home/ann' }))
const machine = undefined
const RELOAD = { reload: { command: 'systemctl reload toy', why: 'it reads the file again' } }

describe('the daemons of a user', () => {
  it('are units of another instance of systemd, and of another journal', async () => {
    const echo: RunProgram = async (program, args) => ({
      code: 0,
      stdout: [program, ...args].join(' '),
      stderr: '',
    })
    const commandOf = async (options: Parameters<typeof runSystemd>[0], program: string) =>
      (await runSystemd(options, echo)(program, ['a']))?.stdout
    assert.equal(await commandOf({ user }, 'systemctl'), 'systemctl --user a')
    assert.equal(await commandOf({ user }, 'journalctl'), 'journalctl --user a')
    assert.equal(await commandOf({ user }, 'dockerd'), 'dockerd a')
    assert.equal(await commandOf({}, 'systemctl'), 'systemctl a')
  })

  it('are reloaded and restarted by the systemd of that user', () => {
    const commandFor = (command: string, daemon?: Daemon) =>
      neededActivations(
        'toy',
        {
          daemon: {
            ...toy.daemon,
            activate: { reload: { ...RELOAD.reload, command }, restart: { ...RELOAD.reload, command } },
          },
        },
        new Set(['restart']),
        { machine, user },
        daemon,
      ).restart[0]?.command
    assert.equal(commandFor('systemctl restart toy'), 'systemctl --user restart toy')
    assert.equal(commandFor('systemctl --user restart toy'), 'systemctl --user restart toy')
    assert.equal(commandFor('buildctl prune'), 'buildctl prune')
    const running = {
      state: 'running',
      pid: 7,
      startedAt: 1,
      executable: '/toyd',
      restart: 'systemctl restart toyd',
    } as const
    assert.equal(commandFor('systemctl restart toy', running), 'systemctl --user restart toyd')
  })
})
