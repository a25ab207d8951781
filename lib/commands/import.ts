/** `import`: write a list from what the node has today. */
import { type ImportedList, importList } from '../list/imported/import-list.ts'
import { Failure } from '../model/errors.ts'
import type { ImportReport } from '../model/import-report.ts'
import type { ReadBack } from '../model/read-back.ts'
import { openNode, openView, selectTargets } from '../pipeline/open.ts'
import { readingScope } from '../pipeline/scope.ts'
import type { Reader } from '../system/reader.ts'
import { loadTargets } from '../targets/load-targets.ts'
import type { View } from '../targets/view.ts'
import type { Context, RunCommand } from './command.ts'
import type { ImportFlags } from './flags.ts'
import { readNamedFiles } from './import-files.ts'
import { readNode } from './import-node.ts'
import { importNotices } from './import-notices.ts'
import { sourcesOf } from './import-sources.ts'
import { checkOutput, writeImported } from './imported-files.ts'

/** Reads the node and changes nothing there. Creates files only with `-o`, and overwrites none. */
export const importMirrors: RunCommand<ImportFlags> = async (given, context): Promise<ImportReport> => {
  const { world } = context
  await checkOutput(given.output)
  const flags = readingScope(given, undefined, await context.targets(), world)
  const view = await openView(flags, await openNode(flags, world), world)
  const found = await readSources(flags, context, view)
  const sources = sourcesOf(found.registries)
  const list = await importList(found, {
    comments: [`Imported from ${sources.join(' and ')} (regmirror import).`],
    targets: await context.targets(),
    readPem: file => readPem(view.node, file),
  })
  if (list.text === undefined) throw nothingFound(list, flags.from)
  return await writeImported(
    { ...list, text: list.text },
    { ...flags, sources, notices: importNotices(list, flags.output), world },
  )
}

async function readSources(flags: ImportFlags, { world, targets }: Context, view: View): Promise<ReadBack> {
  const { from, fromFormat, target } = flags
  if (from.length > 0) return await readNamedFiles(from, fromFormat, world)
  const table = selectTargets(await targets(), target)
  return await readNode(await loadTargets(table, Object.keys(table)), view, target.length === 0)
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

function nothingFound({ losses }: ImportedList, from: readonly string[]): Failure {
  const message =
    from.length === 0 ? 'no mirrors found on this node' : `no mirrors found in ${from.join(', ')}`
  const isHidden = losses.some(loss => loss.from !== undefined)
  const hint = `${isHidden ? 'import a file that is not used (below), or ' : ''}start a list with regmirror init`
  return new Failure('io', [{ message, hint }, ...losses.map(({ from: _, ...issue }) => issue)])
}
