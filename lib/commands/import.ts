/** `import`: write a list from what the node has today. */
import { type ImportedList, importList } from '../list/imported/import-list.ts'
import { Failure } from '../model/errors.ts'
import type { ImportReport } from '../model/import-report.ts'
import type { ReadBack } from '../model/read-back.ts'
import { openNode, openView, selectTargets, type Targets } from '../pipeline/open.ts'
import type { Reader } from '../system/reader.ts'
import type { View } from '../targets/view.ts'
import type { RunCommand } from './command.ts'
import type { ImportFlags } from './flags.ts'
import { importNotices } from './import-notices.ts'
import { sourcesOf } from './import-sources.ts'
import { checkOutput, writeImported } from './imported-files.ts'

/** Reads the node and changes nothing there. Creates files only with `-o`, and overwrites none. */
export const importMirrors: RunCommand<ImportFlags> = async (flags, context): Promise<ImportReport> => {
  const { world } = context
  await checkOutput(flags.output)
  const table = await context.targets()
  const node = await openNode(flags, world)
  const found = await readNode(selectTargets(table, flags.target), await openView(flags, node, world))
  const sources = sourcesOf(found.registries)
  const list = await importList(found, {
    comments: [`Imported from ${sources.join(' and ')} (regmirror import).`],
    targets: table,
    readPem: file => readPem(node, file),
  })
  if (list.text === undefined) throw nothingFound(list)
  return await writeImported(
    { ...list, text: list.text },
    { ...flags, sources, notices: importNotices(list, flags.output), world },
  )
}

/** Of the first runtime that has mirrors. */
async function readNode(targets: Targets, view: View): Promise<ReadBack> {
  const losses: ReadBack['losses'][number][] = []
  for (const target of Object.values(targets)) {
    const settings = target.settings.resolve({}, { file: '', line: 1, column: 1 })
    const found = await target.read(await target.observe(view, [], settings))
    if (found.registries.length > 0) return found
    losses.push(...found.losses)
  }
  return { registries: [], losses }
}

const MAX_PEM = 1024 * 1024

async function readPem(
  node: Reader,
  file: string,
): Promise<{ readonly text: string } | { readonly why: string }> {
  try {
    const bytes = await node.read(file, MAX_PEM)
    return bytes === undefined ? { why: 'does not exist' } : { text: bytes.toString('utf8') }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { why: error.issues[0]?.message ?? 'cannot be read' }
  }
}

function nothingFound({ losses }: ImportedList): Failure {
  const message = 'no mirrors found on this node'
  return new Failure('io', [{ message, hint: 'start a list with regmirror init' }, ...losses])
}
