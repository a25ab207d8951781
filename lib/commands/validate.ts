/** `validate`: check the mirror list. */
import { Failure } from '../model/errors.ts'
import { openList, openReadable, selectTargets } from '../pipeline/open.ts'
import { loadListed } from '../targets/load-targets.ts'
import { fidelities, listLosses, lossIssues, lossNotices, plainLosses } from '../targets/losses.ts'
import type { RunCommand } from './command.ts'
import type { ValidateFlags } from './flags.ts'

/** Reads the list as every command does. Throws Failure `invalid_list`. */
export const validate: RunCommand<ValidateFlags> = async (flags, context) => {
  const { world } = context
  const table = await context.targets()
  const { whole, notices, file } = await openList(flags, table, await openReadable(flags), world)
  const targets = await loadListed(selectTargets(table, flags.target), whole)
  const losses = listLosses(whole, targets)
  const issues = lossIssues(losses, whole)
  if (issues.length > 0 && !flags.losses) throw new Failure('invalid_list', issues)
  return {
    ...{ version: 1, kind: 'validate', ...(flags.strict && { strict: true }), file },
    registries: whole.registries.length,
    mirrors: whole.registries.reduce((sum, registry) => sum + registry.mirrors.length, 0),
    notices: [...notices, ...lossNotices(losses)],
    losses: plainLosses(losses),
    ...(flags.losses && { fidelity: fidelities(whole, Object.keys(targets), losses) }),
    ...(issues.length > 0 && { conflicts: issues }),
  }
}
