/** What the schema finds wrong with a list. */
import type { Problem } from '../../model/problem.ts'

/** `about`: the key that is missing, or that an unknown key was probably meant to be. */
export interface SchemaProblem extends Problem {
  readonly about?: string | undefined
}

/** `keyword`: the keyword of the schema that does not hold. */
export interface SchemaFinding extends SchemaProblem {
  readonly keyword: string
}

/** The part of a finding that does not follow from the validator's error itself. */
export type Description = Pick<SchemaFinding, 'message' | 'hint' | 'about'> &
  Partial<Pick<SchemaFinding, 'path' | 'atKey'>>
