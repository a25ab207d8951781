/** Reads the behaviours in `fixtures/behaviours`. */
import fs from 'node:fs'
import path from 'node:path'
import type { Behaviour } from './behaviour.ts'

const FOLDER = path.resolve(import.meta.dirname, '../../../fixtures/behaviours')

export interface Named {
  /** The name of the file without its ending. */
  readonly name: string
  readonly behaviour: Behaviour
}

/** All behaviours by name, or those whose name has one of the comma-separated parts in the variable BEHAVIOURS. */
export async function readCorpus(): Promise<readonly Named[]> {
  const parts = (process.env.BEHAVIOURS ?? '').split(',')
  const names = fs
    .readdirSync(FOLDER)
    .map(file => path.basename(file, '.ts'))
    .filter(name => parts.some(part => name.includes(part)))
    .sort()
  return await Promise.all(names.map(readBehaviour))
}

async function readBehaviour(name: string): Promise<Named> {
  const { behaviour } = (await import(path.join(FOLDER, `${name}.ts`))) as { behaviour: Behaviour }
  return { name, behaviour }
}
