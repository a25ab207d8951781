/** A cgroup for a test; removing it ends every process in it. */
import { readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { eventually } from '../../support/watching.ts'

export interface Cgroup {
  readonly path: string
  /** Ends every process in it, and removes it. */
  remove(): Promise<void>
}

/** The mount point of cgroup version 2 (cgroups(7)); undefined if it is not mounted. */
export function cgroups(): string | undefined {
  return /^(?:\S+ ){4}(\S+) .*- cgroup2 /m.exec(readFileSync('/proc/self/mountinfo', 'utf8'))?.[1]
}

/** Creates a cgroup below the root cgroup. */
export async function makeCgroup(name: string): Promise<Cgroup> {
  const own = path.join(cgroups() ?? '', name)
  await fs.mkdir(own)
  return { path: own, remove: () => remove(own) }
}

async function remove(own: string): Promise<void> {
  await fs.writeFile(path.join(own, 'cgroup.kill'), '1')
  const isEmpty = async () => {
    const events = await fs.readFile(path.join(own, 'cgroup.events'), 'utf8')
    return events.includes('populated 0') || undefined
  }
  await eventually(isEmpty, () => `processes in ${own} do not end`)
  const below = await fs.readdir(own, { recursive: true, withFileTypes: true })
  const groups = below
    .filter(entry => entry.isDirectory())
    .map(({ parentPath, name }) => path.join(parentPath, name))
  // Deepest first.
  for (const group of [own, ...groups.sort()].reverse()) await fs.rmdir(group)
}
