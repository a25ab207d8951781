/** Writes schema.json, from which editors complete a list: the schema of the list with those of the targets. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { listSchema } from '../lib/list/schema/list-schema.ts'
import { targets } from '../lib/targets/index.ts'

const file = path.resolve(import.meta.dirname, '../schema.json')
await writeFile(file, `${JSON.stringify(listSchema(targets), null, 2)}\n`)
