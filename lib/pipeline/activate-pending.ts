/** Daemons that have not read the files of an earlier run yet. */
import { applyPlan, type RunInfo } from '../apply/apply.ts'
import type { Activator, DaemonActivation } from '../apply/daemon-activation.ts'
import { Failure, type Issue } from '../model/errors.ts'
import { hideCredentials } from '../model/hide-credentials.ts'
import { readState } from '../ownership/state.ts'
import { planRestore } from '../plan/restore.ts'
import { openPlace } from './open.ts'
import type { WriteAccess } from './write-access.ts'

/**
 * Reloads or restarts them. Where one does not serve, the files that it reads when it starts become what they were before
 * regmirror, and it is restarted again: the earlier run has removed what was there between.
 */
export async function activatePending(
  activations: readonly DaemonActivation[],
  activator: Activator,
  access: WriteAccess,
  occasion: RunInfo,
): Promise<void> {
  try {
    await activator.activate(activations, hideCredentials)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    // A watcher leaves what it has not written to a person.
    if (access.command === 'watch') throw error
    const more = [
      ...(await putBack(activations, access, occasion)),
      ...(await activator.reactivate(activations)),
    ]
    throw new Failure(error.code, [...error.issues, ...more])
  }
}

/** Why they could not be put back. */
async function putBack(
  activations: readonly DaemonActivation[],
  { node, targets, options, world }: WriteAccess,
  occasion: RunInfo,
): Promise<readonly Issue[]> {
  const named = activations.map(({ target }) => target)
  const state = await readState(node)
  const files = Object.entries(state.files)
    .filter(
      ([, { target, effect }]) => named.includes(target) && effect !== 'immediate' && effect !== 'when_used',
    )
    .map(([file]) => file)
  try {
    const plan = await planRestore(
      { ...openPlace(options, node, world), state, targets },
      { files, overwrite: false },
    )
    await applyPlan(plan, node, { ...occasion, command: 'restore' })
    return []
  } catch (error) {
    if (error instanceof Failure) return error.issues
    throw error
  }
}
