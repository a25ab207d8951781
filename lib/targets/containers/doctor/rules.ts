/** The rules of containers/image, in the order of the docs. Pure. */
import type { Rule } from '../../rule.ts'
import type { Snapshot } from '../snapshot.ts'
import { registriesInvalid } from './rules/registries-invalid.ts'

export const rules: readonly Rule<Snapshot>[] = [registriesInvalid]
