/** `import`: write a list from what the node has today. */
import { type ImportedList, importList } from '../list/imported/import-list.ts'
import { Failure } from '../model/errors.ts'
import type { ImportReport } from '../model/import-report.ts'
import type { ReadBack } from '../model/read-back.ts'
import { openNode, openView, selectTargets } from '../pipeline/open.ts'
import { readingScope } from '../pipeline/scope.ts'
import type { Reader } from '../system/reader.ts'
import { documentKinds, documentPlaces } from '../targets/document-kinds.ts'
import { loadTargets, type Targets } from '../targets/load-targets.ts'
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
  const table = selectTargets(await context.targets(), flags.target)
  const loaded = await loadTargets(table, Object.keys(table))
  const found = await readSources(flags, context, view, loaded)
  const sources = sourcesOf(found.registries)
  const list = await importList(found, {
    comments: [`Imported from ${sources.join(' and ')} (regmirror import).`],
    targets: await context.targets(),
    readPem: file => readPem(view.node, file),
  })
  if (list.text === undefined) throw nothingFound(list, flags.from, loaded)
  return await writeImported(
    { ...list, text: list.text },
    { ...flags, sources, notices: importNotices(list, flags.output), world },
  )
}

async function readSources(
  { from, fromFormat }: ImportFlags,
  { world, targets }: Context,
  view: View,
  loaded: Targets,
): Promise<ReadBack> {
  if (from.length === 0) return await readNode(loaded, view)
  const table = await targets()
  const kinds = documentKinds(await loadTargets(table, Object.keys(table)))
  return await readNamedFiles(from, fromFormat, kinds, world)
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

function nothingFound({ losses }: ImportedList, from: readonly string[], targets: Targets): Failure {
  const message =
    from.length === 0 ? 'no mirrors found on this node' : `no mirrors found in ${from.join(', ')}`
  const isHidden = losses.some(loss => loss.from !== undefined)
  const places = from.length > 0 ? [] : documentPlaces(targets)
  const elsewhere = `, or name a file at another place than ${places.join(', ')} with --from`
  const start = `${isHidden ? 'import a file that is not used (below), or ' : ''}start a list with regmirror init`
  const hint = places.length > 0 && !isHidden ? start + elsewhere : start
  const issue = { message, hint }
  return new Failure('io', [issue, ...losses.map(({ from: _, ...loss }) => loss)])
}
