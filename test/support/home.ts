/** A node and its lists on a real disk, and commands to run on them. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { ErrorReport } from '../../lib/model/error-report.ts'
import type { Case } from './arbitrary/cases.ts'
import { ENV, TLS } from './arbitrary/lists.ts'
import type { Spelled } from './arbitrary/spelling.ts'
import { type Snapshot, takeSnapshot, withMemoryDirectory, writeNode } from './node-snapshot.ts'
import { type Ran, run } from './run.ts'

export interface Home {
  /** The root directory of the node. */
  readonly root: string
  /** The directory of the lists, with the files that they name. */
  readonly lists: string
  /** The node before any command. */
  readonly before: Snapshot
  readonly flags: readonly string[]
}

/** Writes the node of a case, and removes it afterwards. */
export async function withHome(
  { node, takeOver }: Pick<Case, 'node' | 'takeOver'>,
  use: (home: Home) => Promise<void>,
): Promise<void> {
  await withMemoryDirectory(async directory => {
    const root = path.join(directory, 'node')
    const lists = path.join(directory, 'lists')
    await fs.mkdir(root)
    await fs.cp(TLS, lists, { recursive: true })
    await writeNode(root, node)
    await use({ root, lists, before: await takeSnapshot(root), flags: takeOver ? ['--take-over'] : [] })
  })
}

/** Runs a command on the node with a list. */
export async function command(home: Home, verb: string, list: Spelled, ...more: string[]): Promise<Ran> {
  const file = path.join(home.lists, `mirrors.${list.format}`)
  await fs.writeFile(file, list.text)
  const args = [verb, '--root', home.root, '-f', file, '--allow-files-from', TLS, ...home.flags, ...more]
  return await run(args, { env: ENV })
}

/** A valid list is refused only because of the node; every line of the refusal names a file and a problem. */
export function assertRefusal({ stderr }: Ran, { code, message, issues }: ErrorReport): void {
  assert.ok(['conflict', 'io'].includes(code), `${code}: ${message}`)
  const lines = stderr.trimEnd().split('\n')
  for (const line of lines) assert.match(line, /^error: \/[^\0-\x1f\x7f]+: [^\0-\x1f\x7f]+$/)
  assert.equal(lines.length, issues?.length)
}

/** A case as text. */
export function formatCase({ node, first, second, takeOver }: Case): string {
  const entries = Object.entries(node).map(([name, entry]) => `${name}: ${JSON.stringify(entry)}`)
  const lists = [first, second].map(({ format, text }) => `--- ${format}\n${text}`)
  return [...entries, ...lists, takeOver ? '--take-over' : ''].join('\n')
}
