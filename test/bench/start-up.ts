/** What a short command costs beside `node -e 0`: 11 registries with four mirrors each. */
import path from 'node:path'
import { type Command, compareCommands, rowsOf } from './support/compare.ts'
import { measure } from './support/measure.ts'
import { startMirrors } from './support/mirrors.ts'
import { makeNode, writeList, writeMirrors } from './support/nodes.ts'
import { REGMIRROR } from './support/programs.ts'
import type { Report } from './support/row.ts'

const REGISTRIES = 11
const PROBED_MIRRORS = 6

export async function startUp(folder: string, report: Report): Promise<void> {
  const list = await writeList(folder, REGISTRIES)
  const done = path.join(folder, 'done')
  await makeNode(done)
  measure([...REGMIRROR, 'apply', '-f', list, '--root', done])
  const probed = path.join(folder, 'probed.toml')
  const mirrors = await startMirrors(Array.from({ length: PROBED_MIRRORS }, () => ({ delayMs: 0 })))
  try {
    await writeMirrors(probed, mirrors.origins)
    const commands = [
      ...withoutNode(list),
      ...withNode(list, done, path.join(folder, 'fresh')),
      probe(probed),
    ]
    // What is short gets all its rounds, however long they take.
    rowsOf(await compareCommands(commands, { seconds: Number.POSITIVE_INFINITY })).forEach(report)
  } finally {
    await mirrors.stop()
  }
}

function withoutNode(list: string): readonly Command[] {
  return [
    {
      measure: '`--version`',
      goal: '1.2 ×; single file 1.2 × (Node), 0.45 × (Bun)',
      args: ['--version'],
    },
    { measure: '`--help`', args: ['--help'] },
    { measure: '`validate`', args: ['validate', '-f', list] },
  ]
}

function withNode(list: string, done: string, fresh: string): readonly Command[] {
  return [
    {
      measure: '`plan`, nothing to do',
      goal: '1.7 ×; single file 1.7 × (Node), 0.95 × (Bun)',
      args: ['plan', '-f', list, '--root', done],
    },
    {
      measure: '`apply`, all to do',
      goal: '4 ×; single file 4 × (Node), 2 × (Bun)',
      args: ['apply', '-f', list, '--root', fresh],
      prepare: () => makeNode(fresh),
    },
    { measure: '`apply`, nothing to do', args: ['apply', '-f', list, '--root', done] },
  ]
}

function probe(list: string): Command {
  return {
    measure: `\`probe\` of ${PROBED_MIRRORS} loopback mirrors`,
    goal: '5 ×; single file 2 ×',
    args: ['probe', '-f', list],
  }
}
