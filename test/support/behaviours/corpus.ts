/** Reads the behaviours in `fixtures/behaviours`. */
import fs from 'node:fs'
import path from 'node:path'
import { isFullTest, SEED } from '../check-property.ts'
import type { Behaviour } from './behaviour.ts'

const FOLDER = path.resolve(import.meta.dirname, '../../../fixtures/behaviours')

export interface Named {
  /** The name of the file without its ending. */
  readonly name: string
  readonly behaviour: Behaviour
}

/** The comma-separated parts of names in the variable BEHAVIOURS choose behaviours. */
const { BEHAVIOURS } = process.env

/** All behaviours by name, or the chosen ones. */
export async function readCorpus(): Promise<readonly Named[]> {
  const parts = (BEHAVIOURS ?? '').split(',')
  const names = fs
    .readdirSync(FOLDER)
    .map(file => path.basename(file, '.ts'))
    .filter(name => parts.some(part => name.includes(part)))
    .sort()
  return await Promise.all(names.map(readBehaviour))
}

/**
 * What generation `nth` of `count` tries: everything in a full test and of chosen behaviours; else its share, so that each
 * behaviour is tried on one generation.
 */
export function shareOf(corpus: readonly Named[], nth: number, count: number): readonly Named[] {
  if (isFullTest || BEHAVIOURS !== undefined) return corpus
  return corpus.filter((_, i) => (i + SEED) % count === nth)
}

async function readBehaviour(name: string): Promise<Named> {
  const { behaviour } = (await import(path.join(FOLDER, `${name}.ts`))) as { behaviour: Behaviour }
  return { name, behaviour }
}
