/** Builds the command into dist/. */
import path from 'node:path'
import { bundle } from './bundle/bundle.ts'

await bundle(path.resolve(import.meta.dirname, '../dist'))
