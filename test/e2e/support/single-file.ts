/** Builds of the single file. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { hasNode } from '../../../tools/single/fetch-node.ts'
import { needRuntime, skip } from './runtimes.ts'

const PROJECT = path.resolve(import.meta.dirname, '../../..')
const NODE = path.join(PROJECT, 'tools/node/node_modules/.bin/node')

/** Runs a tool with the Node of tools/node, which a machine with a new Node has not fetched yet; gives what it prints. */
export function runTool(...script: readonly string[]): string {
  const env = { ...process.env, REGMIRROR_NODE: 'own' }
  const words = existsSync(NODE) ? [NODE, ...script] : ['sh', 'tools/dev.sh', 'node', ...script]
  const [program = '', ...args] = words
  return execFileSync(program, args, { cwd: PROJECT, env, stdio: 'pipe', encoding: 'utf8' })
}

/** For a `before` hook: skips the suite where the file for arm64 cannot be built and run. */
export async function needArm64(context: Mocha.Context): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') skip(context, 'it is built on Linux on x64')
  needRuntime(context, 'qemu-user-static-bookworm', true)
  needRuntime(context, 'binutils-aarch64-linux-gnu-bookworm', false)
  if (!(await hasNode('arm64'))) skip(context, 'Node for arm64 is missing: run node tools/single/fetch.ts')
}

/** Builds the file, and gives what that prints. */
export function buildInto(folder: string, ...options: readonly string[]): string {
  return runTool('tools/single/build.ts', folder, ...options)
}
