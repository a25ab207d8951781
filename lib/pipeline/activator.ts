/** Reloads and restarts daemons through systemd, and waits until they serve. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Activator, DaemonActivation } from '../apply/daemon-activation.ts'
import type { Activated } from '../model/activation.ts'
import { Failure, type Issue } from '../model/errors.ts'
import { hideCredentials } from '../model/hide-credentials.ts'
import type { World } from '../model/world.ts'
import { monotonicMs } from '../system/clocks.ts'
import { readProcessStart } from '../system/process-start.ts'
import { openReader } from '../system/reader.ts'
import { type RunProgram, runInstalled } from '../system/run.ts'
import type { TargetTable } from '../targets/target.ts'
import { readDaemonLog } from './daemon-log.ts'
import type { WriteAccess } from './write-access.ts'

/** A unit may take its time to stop: systemd kills it after 90 s. */
const SYSTEMCTL_MS = 180_000
const SERVES_MS = 60_000
const PAUSE_MS = 100

/** Undefined where no program of this machine may run. `done` receives each daemon that serves. */
export function openActivator(
  { options, targets, world, log }: WriteAccess,
  done: (activated: Activated) => void = () => {},
): Activator | undefined {
  if (options.root !== undefined) return undefined
  const say = log ?? (line => world.stderr.write(`${line}\n`))
  const tools: Tools = { run: runInstalled(world.env.PATH, SYSTEMCTL_MS), targets, world, say }
  return {
    async activate(activations, hide) {
      for (const activation of activations) {
        const since = world.now()
        const outcome = await activateOne(activation, tools)
        if ('problem' in outcome) throw await failed(activation, outcome.problem, since, hide, tools)
        const { target, action } = activation
        done({ target, action, command: commandOf(activation), proof: outcome.proof })
      }
    },
    async reactivate(activations) {
      const issues: Issue[] = []
      for (const activation of activations) {
        // systemd refuses to start a unit that has failed too often.
        await tools.run('systemctl', ['reset-failed', activation.unit])
        const outcome = await activateOne({ ...activation, action: 'restart', started_at: -1 }, tools)
        if ('problem' in outcome) issues.push(stillFailing(activation, outcome.problem))
      }
      return issues
    },
  }
}

/**
 * For a run that was interrupted. A unit that is not started yet reads the files when it starts: at boot, a restart would wait
 * for the unit that runs regmirror. Undefined in a container without systemd: the files stay.
 */
export async function openRecoveryActivator(access: WriteAccess): Promise<Activator | undefined> {
  const activator = openActivator(access)
  if (activator === undefined || !(await isBooted())) return undefined
  const run = runInstalled(access.world.env.PATH)
  const started = async (activations: readonly DaemonActivation[]) => {
    const states = await Promise.all(activations.map(({ unit }) => run('systemctl', ['is-active', unit])))
    return activations.filter((_, i) => states[i]?.stdout.trim() !== 'inactive')
  }
  return {
    activate: async (activations, hide) => activator.activate(await started(activations), hide),
    reactivate: async activations => activator.reactivate(await started(activations)),
  }
}

/** sd_booted(3). */
async function isBooted(): Promise<boolean> {
  return (await openReader('/').facts('/run/systemd/system')) !== undefined
}

/** Throws Failure `conflict` where these daemons cannot be restarted at all. */
export async function requireSystemd(activations: readonly DaemonActivation[]): Promise<void> {
  if (activations.length === 0 || (await isBooted())) return
  const issues = activations.map(({ target, action }) => ({
    message: `systemd does not run on this machine, so regmirror cannot ${action} ${target} and wrote nothing`,
    hint: `run regmirror apply without --${action}, then ${action} ${target} by hand`,
  }))
  throw new Failure('conflict', issues)
}

interface Tools {
  readonly run: RunProgram
  readonly targets: TargetTable
  readonly world: Pick<World, 'monotonic'>
  readonly say: (line: string) => unknown
}

type Outcome = { readonly proof: string } | { readonly problem: string }

function commandOf({ action, unit }: DaemonActivation): string {
  return `systemctl ${action} ${unit.replace(/\.service$/, '')}`
}

async function activateOne(activation: DaemonActivation, tools: Tools): Promise<Outcome> {
  const command = commandOf(activation)
  tools.say(`running ${command}`)
  const ran = await tools.run('systemctl', [activation.action, activation.unit])
  if (ran === undefined) return { problem: 'there is no systemctl on this machine' }
  if (ran.code === null) return { problem: `${command} did not end within ${SYSTEMCTL_MS / 1000} s` }
  if (ran.code !== 0)
    return { problem: `${command} failed: ${firstLine(ran.stderr) || `exit code ${ran.code}`}` }
  return await waitUntilServing(activation, tools)
}

/** The old process may still respond where the unit does not run the daemon. */
async function waitUntilServing(
  { target, address, action, pid, started_at }: DaemonActivation,
  { targets, world }: Tools,
): Promise<Outcome> {
  const control = (await targets[target]?.load())?.daemon
  if (control === undefined) return { problem: `this regmirror does not know ${target}` }
  const deadline = monotonicMs(world) + SERVES_MS
  for (;;) {
    const isOld = action === 'restart' && (await readProcessStart(pid)) === started_at
    const response = isOld
      ? { serves: false as const, isFinal: false, problem: `process ${pid} still runs` }
      : await control.respond(address, { config: undefined, node: openReader('/') })
    if (response.serves) return { proof: response.proof }
    if (response.isFinal || monotonicMs(world) > deadline) return { problem: response.problem }
    await sleep(PAUSE_MS)
  }
}

async function failed(
  activation: DaemonActivation,
  problem: string,
  since: number,
  hide: (text: string) => string,
  { run, targets }: Tools,
): Promise<Failure> {
  const { target, action, unit } = activation
  const causes = (await targets[target]?.load())?.daemon.causes
  const log = await readDaemonLog(run, unit, since, causes)
  const message = `${target} does not serve after the ${action}: ${hide(problem)}`
  const hint = `regmirror put the files back and restarted ${target}; read its log: journalctl -u ${unit}`
  const said = log.map(line => ({ message: `${target}: ${hide(line)}` }))
  return new Failure('restart_failed', [{ message, hint }, ...said])
}

function stillFailing({ target, unit }: DaemonActivation, problem: string): Issue {
  const message = `${target} does not serve with the old files either: ${hideCredentials(problem)}`
  return { message, hint: `read its log: journalctl -u ${unit}` }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? ''
}
