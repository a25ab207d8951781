/** The events of writes to the node, and of the restarts that they require. Pure. */
import type { Activated, Activation } from '../model/activation.ts'
import type { Change } from '../model/report.ts'
import type { TargetReport } from '../model/target-report.ts'
import { daemonText } from '../wording/daemon-text.ts'
import type { Event } from './events.ts'
import { type MovedMirrors, movedText, type WrittenFor } from './moved-mirrors.ts'

const DONE = { create: 'created', update: 'updated', delete: 'deleted' } as const

/** A file that changes for neither was changed outside regmirror, or by another run of it. */
export function changeEvent(change: Change, writtenFor: WrittenFor): Event {
  const { path, action, registry, target, cause = 'list' } = change
  const verb = action === 'create' ? 'removed' : 'changed'
  const where = cause === 'list' ? 'this watcher' : 'regmirror'
  const isOwn = cause === 'list' && writtenFor.cause !== undefined
  const why = isOwn ? '' : ` (it was ${verb} outside ${where})`
  const moved = writtenFor.moved?.(registry, target)
  const text = [`${DONE[action]} ${path}${why}`, moved && movedText(moved)].filter(Boolean).join(': ')
  const own = { path, action, cause: cause === 'list' ? (writtenFor.cause ?? 'drift') : cause }
  return { event: 'file_written', level: 'info', text, fields: { ...own, ...movedFields(change, moved) } }
}

function movedFields({ registry }: Change, moved: MovedMirrors | undefined): Event['fields'] {
  const { removed = [], returned = [] } = moved ?? {}
  return {
    ...(registry !== undefined && { registry }),
    ...(removed.length > 0 && { removed }),
    ...(returned.length > 0 && { returned }),
  }
}

/** When a watcher with `--on-exit declared` ends. */
export function declaredEvent(path: string): Event {
  const text = `wrote every mirror of the list to ${path}`
  return { event: 'file_written', level: 'info', text, fields: { path } }
}

export function writesLimitedEvent(perHour: number): Event {
  const text = `the health of mirrors changes too often; regmirror writes to this node at most ${perHour} times per hour; raise fall or interval`
  return { event: 'writes_limited', level: 'warn', text }
}

export function writeFailedEvent(problem: string): Event {
  return { event: 'write_failed', level: 'error', text: problem }
}

export function writeRecoveredEvent(): Event {
  return { event: 'write_recovered', level: 'info', text: 'writes to this node succeed again' }
}

export function saveFailedEvent(problem: string): Event {
  return { event: 'health_save_failed', level: 'error', text: problem }
}

/** The daemon that the files are for. */
export function daemonEvent(found: TargetReport): Event {
  return { event: 'daemon_found', level: 'info', text: daemonText(found) }
}

export function pendingFileEvent(path: string): Event {
  const text = `${path} differs from the list; run regmirror apply before you reload or restart the runtime`
  return { event: 'apply_needed', level: 'warn', text, fields: { path } }
}

/** `containerd: systemctl restart containerd (why)`. */
function activationText({ target, command, why }: Activation): string {
  return `${target}: ${command} (${why})`
}

export function restartEvent(activation: Activation): Event {
  return { event: 'restart_needed', level: 'warn', text: `restart ${activationText(activation)}` }
}

/** The runtime was restarted, or what needed the restart is gone. */
export function restartDoneEvent(): Event {
  return { event: 'restart_done', level: 'info', text: 'the restart is no longer required' }
}

export function reloadedEvent({ target, command, proof }: Activated): Event {
  return {
    event: 'reloaded',
    level: 'info',
    text: `reloaded ${target}: ${command}; ${proof}`,
    fields: { target },
  }
}

/** Its files are as before, and the reload is tried again later. */
export function reloadFailedEvent(target: string, problem: string): Event {
  return { event: 'reload_failed', level: 'error', text: problem, fields: { target } }
}

export function reloadEvent(activation: Activation): Event {
  return { event: 'reload_needed', level: 'warn', text: `reload ${activationText(activation)}` }
}

/** The runtime was reloaded outside this watcher, or what needed the reload is gone. */
export function reloadDoneEvent(): Event {
  return { event: 'reload_done', level: 'info', text: 'the reload is no longer required' }
}
