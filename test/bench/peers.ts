/** What people use instead, at the same sizes in the same run: an Ansible template loop and a shell loop. */
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { ANSIBLE } from '../e2e/support/ansible.ts'
import { treeOf } from '../e2e/support/runtimes.ts'
import { ansibleLoop } from './support/ansible-loop.ts'
import { BASE, type Case, measureRounds, type Result } from './support/rounds.ts'
import { comparisonText, type Report } from './support/row.ts'
import { PEER_SIZES, ROUNDS } from './support/settings.ts'
import { shellLoop } from './support/shell-loop.ts'

/** The command that writes so many registries to the node at `root`, and what makes that node anew. */
export type Peer = (folder: string, root: string, registries: number) => Promise<Case>

/** Above this, Ansible takes a quarter of an hour. */
const FEW = 100

export async function peers(folder: string, report: Report): Promise<void> {
  for (const size of PEER_SIZES) await run('shell loop', shellLoop, folder, size, report)
  if (!existsSync(treeOf(ANSIBLE))) console.log('no Ansible here: sh tools/debian/fetch.sh')
  else for (const size of PEER_SIZES) await run('Ansible template loop', ansibleLoop, folder, size, report)
}

async function run(name: string, peer: Peer, folder: string, size: number, report: Report): Promise<void> {
  const home = path.join(folder, `${name.replaceAll(' ', '-')}-${size}`)
  await fs.mkdir(home)
  const first = await peer(home, path.join(home, 'node'), size)
  const again = { ...first, prepare: undefined }
  const rounds = peer === ansibleLoop && size > FEW ? 1 : ROUNDS
  const [base, ...results] = await measureRounds([BASE, first, again], { rounds })
  for (const [nth, when] of ['first run', 'unchanged'].entries()) {
    const values = { now: comparisonText(results[nth] as Result, base as Result) }
    report({ measure: `${name}, ${size} registries, ${when}`, values })
  }
}
