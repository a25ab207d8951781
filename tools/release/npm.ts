/** The package for npm. */
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import type { Order } from './order.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** Packs `dist` as it is; returns the name of the file. npm writes no times and no owners into it. */
export function packNpm({ out }: Order): string {
  const settings = ['--ignore-scripts', '--no-dry-run', '--no-json', '--loglevel=error']
  const pack = ['pack', '--pack-destination', out, ...settings]
  return execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim()
}
