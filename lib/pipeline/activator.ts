/** Reloads and restarts daemons, by a signal or through systemd, and waits until they serve. */
import type { Activator, DaemonActivation } from '../apply/daemon-activation.ts'
import type { Activated } from '../model/activation.ts'
import { Failure, type Issue } from '../model/errors.ts'
import { hideCredentials } from '../model/hide-credentials.ts'
import { openReader } from '../system/reader.ts'
import { type RunProgram, runInstalled } from '../system/run.ts'
import {
  activateDaemon,
  commandOf,
  isRunning,
  type Outcome,
  SYSTEMCTL_MS,
  startDaemon,
  type Tools,
} from './activate-daemon.ts'
import { readDaemonLog } from './daemon-log.ts'
import { runSystemd } from './run-systemd.ts'
import type { WriteAccess } from './write-access.ts'

/** Undefined where no program of this machine may run. `done` receives each daemon that serves. */
export function openActivator(
  { options, targets, world, log }: WriteAccess,
  done: (activated: Activated) => void = () => {},
): Activator | undefined {
  if (options.root !== undefined) return undefined
  const say = log ?? (line => world.stderr.write(`${line}\n`))
  const isUsers = options.user !== undefined
  const tools: Tools = {
    run: runSystemd(options, runInstalled(world.env, SYSTEMCTL_MS)),
    isUsers,
    targets,
    world,
    say,
  }
  return {
    async activate(activations, hide) {
      for (const activation of activations) {
        const since = world.now()
        const outcome = await activateDaemon(activation, tools)
        if ('problem' in outcome) throw await failed(activation, outcome.problem, since, hide, tools)
        const { target, action } = activation
        done({ target, action, command: commandOf(activation, isUsers), proof: outcome.proof })
      }
    },
    async reactivate(activations) {
      const issues: Issue[] = []
      for (const activation of activations) {
        const outcome = await activateAgain(activation, tools)
        if ('problem' in outcome) issues.push(stillFailing(activation, outcome.problem, isUsers))
      }
      return issues
    },
  }
}

/** A reload does not become a restart, but a daemon that it has ended is started. */
async function activateAgain(activation: DaemonActivation, tools: Tools): Promise<Outcome> {
  const { action, unit } = activation
  // systemd refuses to start a unit that has failed too often.
  if (unit !== undefined) await tools.run('systemctl', ['reset-failed', unit])
  if (action === 'restart') return await activateDaemon({ ...activation, started_at: -1 }, tools)
  const reload = (await isRunning(activation)) ? activateDaemon : startDaemon
  return await reload(activation, tools)
}

/**
 * For a run that was interrupted. A daemon that is not started yet reads the files when it starts: at boot, a restart would
 * wait for the unit that runs regmirror. Undefined in a container without systemd where a unit must be reloaded or restarted:
 * the files stay.
 */
export async function openRecoveryActivator(
  access: WriteAccess,
  planned: readonly DaemonActivation[],
): Promise<Activator | undefined> {
  const activator = openActivator(access)
  const booted = await isBooted()
  if (activator === undefined || (!booted && planned.some(needsSystemd))) return undefined
  const run = runSystemd(access.options, runInstalled(access.world.env))
  const started = async (activations: readonly DaemonActivation[]) => {
    const states = await Promise.all(activations.map(one => isStarted(one, booted, run)))
    return activations.filter((_, i) => states[i])
  }
  return {
    activate: async (activations, hide) => activator.activate(await started(activations), hide),
    reactivate: async activations => activator.reactivate(await started(activations)),
  }
}

async function isStarted(activation: DaemonActivation, booted: boolean, run: RunProgram): Promise<boolean> {
  const { unit, signal } = activation
  if (signal !== undefined && (await isRunning(activation))) return true
  if (unit === undefined || !booted) return false
  return (await run('systemctl', ['is-active', unit]))?.stdout.trim() !== 'inactive'
}

/** sd_booted(3). */
async function isBooted(): Promise<boolean> {
  return (await openReader('/').facts('/run/systemd/system')) !== undefined
}

function needsSystemd({ signal }: DaemonActivation): boolean {
  return signal === undefined
}

/** Throws Failure `conflict` where these daemons cannot be reloaded or restarted at all. `command` is that of regmirror. */
export async function requireSystemd(
  activations: readonly DaemonActivation[],
  command: WriteAccess['command'],
): Promise<void> {
  const needing = activations.filter(needsSystemd)
  if (needing.length === 0 || (await isBooted())) return
  const issues = needing.map(({ target, action }) => ({
    message: `systemd does not run on this machine, so regmirror cannot ${action} ${target} and wrote nothing`,
    hint: `${withoutFlag(command, action)}, then ${action} ${target} by hand`,
  }))
  throw new Failure('conflict', issues)
}

function withoutFlag(command: WriteAccess['command'], action: DaemonActivation['action']): string {
  return command === 'watch' ? 'add --no-reload' : `run regmirror ${command} without --${action}`
}

async function failed(
  activation: DaemonActivation,
  problem: string,
  since: number,
  hide: (text: string) => string,
  { run, targets, isUsers }: Tools,
): Promise<Failure> {
  const { target, action, unit } = activation
  const causes = (await targets[target]?.load())?.daemon.causes
  const log = unit === undefined ? [] : await readDaemonLog(run, unit, since, causes)
  const message = `${target} does not serve after the ${action}: ${hide(problem)}`
  const hint = `regmirror put the files back and ${action}ed ${target}; ${readLog(activation, isUsers)}`
  const said = log.map(line => ({ message: `${target}: ${hide(line)}` }))
  return new Failure('restart_failed', [{ message, hint }, ...said])
}

function stillFailing(activation: DaemonActivation, problem: string, isUsers: boolean): Issue {
  const message = `${activation.target} does not serve with the old files either: ${hideCredentials(problem)}`
  return { message, hint: readLog(activation, isUsers) }
}

function readLog({ unit }: DaemonActivation, isUsers: boolean): string {
  const command = isUsers ? 'journalctl --user' : 'journalctl'
  return `read its log${unit === undefined ? '' : `: ${command} -u ${unit}`}`
}
