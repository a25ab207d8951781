/** What a node has: of its first runtime that has mirrors. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import type { Loss, ReadBack } from '../model/read-back.ts'
import type { Reader } from '../system/reader.ts'
import { type FileKindName, fileKinds } from '../targets/file-kinds.ts'
import type { Targets } from '../targets/load-targets.ts'
import type { View } from '../targets/view.ts'
import { viewFor } from '../targets/view-for.ts'
import { joinReadBacks, readFileText } from './import-files.ts'

/** The files of other runtimes are only named: their mirrors would be new to the first one. */
export async function readNode(targets: Targets, view: View, withFiles: boolean): Promise<ReadBack> {
  const found: ReadBack[] = []
  for (const [name, target] of Object.entries(targets)) {
    const settings = target.settings.resolve({}, { file: '', line: 1, column: 1 })
    found.push(
      await target.read(await target.observe(await viewFor(name, target, false, view), [], settings)),
    )
  }
  for (const kind of withFiles ? kinds : []) found.push(await readKind(view.node, kind))
  const { registries, losses } = ofFirst(found)
  return { registries, losses: losses.map(loss => withCommand(loss, view.node.root)) }
}

function ofFirst(found: readonly ReadBack[]): ReadBack {
  const first = found.find(({ registries }) => registries.length > 0)
  if (first === undefined) return joinReadBacks(found)
  const read = new Set(first.registries.map(({ at }) => at.file))
  const others = found.flatMap(one => (one === first ? [] : unreadFiles(one, read).slice(0, 1)))
  return { ...first, losses: [...first.losses, ...others.map(otherLoss)] }
}

/** Several runtimes may read one file. Those that are returned count as read afterwards. */
function unreadFiles({ registries }: ReadBack, read: Set<string>): readonly string[] {
  return registries.map(({ at }) => at.file).filter(file => read.size !== read.add(file).size)
}

/** `--from` names a file of this machine, also where the node is below `--root`. */
function withCommand(loss: Loss, root: string): Loss {
  if (loss.from === undefined) return loss
  const file = path.join(root, loss.from)
  return { ...loss, hint: loss.hint ?? `to list its mirrors, run regmirror import --from ${file}` }
}

const kinds = Object.keys(fileKinds).filter((name): name is FileKindName => name in fileKinds)

function otherLoss(file: string): Loss {
  const message = 'this file of another runtime names mirrors too; the list does not have them'
  return { file, from: file, message }
}

/** Of several files the later one replaces a registry of an earlier one. */
async function readKind(node: Reader, kind: FileKindName): Promise<ReadBack> {
  const files = (await Promise.all(fileKinds[kind].paths.map(place => filesAt(node, place)))).flat()
  const read = await Promise.all(files.map(file => readOne(node, file, kind)))
  const { registries, losses } = joinReadBacks(read)
  const last = new Map(registries.map(registry => [registry.name, registry]))
  return { registries: [...last.values()], losses }
}

type Place = string | { readonly directory: string; readonly ending: string }

async function filesAt(node: Reader, place: Place): Promise<readonly string[]> {
  if (typeof place === 'string') return [place]
  const entries = (await node.entries(place.directory)) ?? []
  return entries
    .filter(({ name }) => name.endsWith(place.ending))
    .map(({ name }) => path.posix.join(place.directory, name))
}

/** A file that cannot be read is said, and stops nothing. */
async function readOne(node: Reader, file: string, kind: FileKindName): Promise<ReadBack> {
  try {
    const text = (await node.read(file))?.toString('utf8')
    const read = text ? await readFileText({ file, text }, kind) : undefined
    return read ?? { registries: [], losses: [] }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { registries: [], losses: error.issues }
  }
}
