/**
 * The programs that are measured, each in a column of its own: this checkout on Node, and the single file.
 *
 *   REGMIRROR=FILE         measure this executable alone
 *   REGMIRROR_SINGLE=FILE  measure this single file too; `npm run bench:single` builds one and names it
 */
import path from 'node:path'
import { PROJECT } from './measure.ts'

export type Column = 'now' | 'single file'

export interface Program {
  readonly column: Column
  readonly command: readonly string[]
}

const { REGMIRROR: only, REGMIRROR_SINGLE: single } = process.env
/** As users start it: through its shell line, which sets options of Node. */
const onNode: Program = { column: 'now', command: [path.join(PROJECT, 'bin/regmirror.js')] }
const inOneFile = (file: string): Program => ({ column: 'single file', command: [path.resolve(file)] })

export const programs: readonly Program[] =
  only !== undefined ? [inOneFile(only)] : [onNode, ...(single === undefined ? [] : [inOneFile(single)])]

/** The first program, for measures that compare it with something else. */
export const REGMIRROR: readonly string[] = programs[0]?.command ?? []
