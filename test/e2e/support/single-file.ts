/** Builds of the single file. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

const PROJECT = path.resolve(import.meta.dirname, '../../..')
const NODE = path.join(PROJECT, 'tools/node/node_modules/.bin/node')

/** Runs a tool with the Node of tools/node, which a machine with a new Node has not fetched yet; gives what it prints. */
export function runTool(...script: readonly string[]): string {
  const env = { ...process.env, REGMIRROR_NODE: 'own' }
  const words = existsSync(NODE) ? [NODE, ...script] : ['sh', 'tools/dev.sh', 'node', ...script]
  const [program = '', ...args] = words
  return execFileSync(program, args, { cwd: PROJECT, env, stdio: 'pipe', encoding: 'utf8' })
}

/** Builds the file, and gives what that prints. */
export function buildInto(folder: string, ...options: readonly string[]): string {
  return runTool('tools/single/build.ts', folder, ...options)
}
