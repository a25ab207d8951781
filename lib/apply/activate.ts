/** The daemons of a run, which must serve with its files. */
import type { Writer } from '../system/writer.ts'
import type { Activator } from './daemon-activation.ts'
import { secretHider } from './daemon-secrets.ts'
import type { Journal } from './journal-format.ts'

/** Throws Failure `restart_failed` where one of them does not serve. */
export async function activate(
  journal: Journal,
  activator: Activator | undefined,
  node: Writer,
): Promise<void> {
  const { activations = [] } = journal
  if (activator !== undefined && activations.length > 0)
    await activator.activate(activations, await secretHider(journal, node))
}
