/** Reloads or restarts one daemon, and waits until it serves. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { DaemonActivation } from '../apply/daemon-activation.ts'
import type { World } from '../model/world.ts'
import { monotonicMs } from '../system/clocks.ts'
import { readProcessStart } from '../system/process-start.ts'
import { openReader } from '../system/reader.ts'
import type { RunProgram } from '../system/run.ts'
import { sendSignal } from '../system/send-signal.ts'
import type { DaemonResponse } from '../targets/daemon.ts'
import type { TargetTable } from '../targets/target.ts'
import { systemctl } from '../wording/systemctl.ts'

/** A unit may take its time to stop: systemd kills it after 90 s. */
export const SYSTEMCTL_MS = 180_000
const SERVES_MS = { restart: 60_000, reload: 20_000 } as const
/** How long a process must run after a signal where that is all that can be seen. */
const RUNS_MS = 1000
/** What is left for one daemon when the command was stopped. */
const STOPPED_MS = 3000
const PAUSE_MS = 100

export interface Tools {
  readonly run: RunProgram
  /** Whether the daemons are a user's. */
  readonly isUsers: boolean
  readonly targets: TargetTable
  readonly world: Pick<World, 'monotonic' | 'uid' | 'pid' | 'signal' | 'sendSignal'>
  readonly say: (line: string) => unknown
}

export type Outcome = { readonly proof: string } | { readonly problem: string }

/** As a person would do it. */
export function commandOf({ action, unit, signal, pid }: DaemonActivation, isUsers: boolean): string {
  return signal === undefined ? unitCommand(action, unit, isUsers) : `kill -HUP ${pid}`
}

function unitCommand(verb: string, unit = '', isUsers = false): string {
  return systemctl(`${verb} ${unit.replace(/\.service$/, '')}`, isUsers)
}

export async function activateDaemon(activation: DaemonActivation, tools: Tools): Promise<Outcome> {
  tools.say(`running ${commandOf(activation, tools.isUsers)}`)
  const problem =
    activation.signal === undefined
      ? await runSystemctl(activation.action, activation, tools)
      : await signalDaemon(activation, tools)
  return problem === undefined ? await waitUntilServing(activation, tools) : { problem }
}

/** After its process has ended: the unit is started, which restarts nothing where systemd has done that already. */
export async function startDaemon(activation: DaemonActivation, tools: Tools): Promise<Outcome> {
  const { unit, pid } = activation
  if (unit === undefined) return { problem: `process ${pid} ended; start it as it was started` }
  tools.say(`running ${unitCommand('start', unit, tools.isUsers)}`)
  const problem = await runSystemctl('start', activation, tools)
  return problem === undefined ? await waitUntilServing(activation, tools) : { problem }
}

/** Whether the process of an activation still runs; one that was started since has read the files. */
export async function isRunning({ pid, started_at }: DaemonActivation): Promise<boolean> {
  return (await readProcessStart(pid)) === started_at
}

/** Why it failed. */
async function runSystemctl(
  verb: string,
  { unit = '' }: DaemonActivation,
  { run, isUsers }: Tools,
): Promise<string | undefined> {
  const command = unitCommand(verb, unit, isUsers)
  const ran = await run('systemctl', [verb, unit])
  if (ran === undefined) return 'there is no systemctl on this machine'
  if (ran.code === null) return `${command} did not end within ${SYSTEMCTL_MS / 1000} s`
  if (ran.code === 0) return undefined
  return `${command} failed: ${firstLine(ran.stderr) || `exit code ${ran.code}`}`
}

/**
 * A daemon that was restarted meanwhile gets no signal: it has read the files, as its response must show. One that still
 * starts gets it when it responds.
 */
async function signalDaemon(activation: DaemonActivation, tools: Tools): Promise<string | undefined> {
  const { pid, started_at, signal = 'SIGHUP', address } = activation
  const { world } = tools
  const started = await repeat(untilResponding(activation, tools), activation, tools)
  if ('problem' in started) return `${started.problem}; it was sent no ${signal}`
  const sent = await sendSignal({ pid, startedAt: started_at }, signal, world)
  if (sent === 'sent' || (sent === 'gone' && address !== undefined)) return undefined
  return sent === 'gone' ? `process ${pid} has ended` : `process ${pid} ${sent.problem}`
}

async function waitUntilServing(activation: DaemonActivation, tools: Tools): Promise<Outcome> {
  const isSeen = activation.address !== undefined
  const attempt = isSeen ? respondent(activation, tools) : stillRuns(activation, tools)
  return await repeat(attempt, activation, tools)
}

/** Until it serves, the result is final, or time is over. */
async function repeat(attempt: Attempt, activation: DaemonActivation, { world }: Tools): Promise<Outcome> {
  const { action, unit, pid } = activation
  const deadline = openDeadline(action, world)
  for (;;) {
    const response = await attempt()
    if (response.serves) return { proof: response.proof }
    if (response.isFinal || deadline()) return { problem: response.problem }
    // Without systemd, the process does not return.
    if (unit === undefined && !(await isRunning(activation)))
      return { problem: `process ${pid} ended: ${response.problem}` }
    await sleep(PAUSE_MS)
  }
}

/** Whether time is over. A watcher that is stopped has less: systemd ends it after 15 s (regmirror-watch.service). */
function openDeadline(action: DaemonActivation['action'], world: Tools['world']): () => boolean {
  let until = monotonicMs(world) + SERVES_MS[action]
  let isStopped = false
  return () => {
    const now = monotonicMs(world)
    if (action === 'reload' && world.signal.aborted && !isStopped) {
      isStopped = true
      until = Math.min(until, now + STOPPED_MS)
    }
    return now > until
  }
}

type Attempt = () => Promise<DaemonResponse>

/** Whether it has started, whatever it uses. */
function untilResponding(activation: DaemonActivation, tools: Tools): Attempt {
  const attempt = respondent(activation, tools)
  return async () => {
    const isKnown = activation.address !== undefined && (await isRunning(activation))
    const response = isKnown ? await attempt() : undefined
    return response?.serves === false && response.responds === false ? response : { serves: true, proof: '' }
  }
}

/** The old process may still respond where the unit does not run the daemon. */
function respondent(activation: DaemonActivation, { targets }: Tools): Attempt {
  const { target, address = '', action, pid, config } = activation
  return async () => {
    const control = (await targets[target]?.load())?.daemon
    if (control === undefined)
      return { serves: false, isFinal: true, problem: `this regmirror does not know ${target}` }
    if (action === 'restart' && (await isRunning(activation)))
      return { serves: false, isFinal: false, problem: `process ${pid} still runs` }
    return await control.respond(address, { config, node: openReader('/') })
  }
}

/** Of a daemon without a known socket. */
function stillRuns(activation: DaemonActivation, { world }: Tools): Attempt {
  const { pid } = activation
  const until = monotonicMs(world) + RUNS_MS
  return async () => {
    if (!(await isRunning(activation)))
      return { serves: false, isFinal: true, problem: `process ${pid} ended` }
    if (monotonicMs(world) < until)
      return { serves: false, isFinal: false, problem: `process ${pid} still runs` }
    const proof = `process ${pid} still runs; its socket is not known, so regmirror cannot see which files it uses`
    return { serves: true, proof }
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? ''
}
