/** What a node has: of every runtime with mirrors, as one list. */
import path from 'node:path'
import { agreeTargets, type ReadTarget } from '../list/imported/agree-targets.ts'
import { Failure } from '../model/errors.ts'
import type { FoundRegistry, Loss, ReadBack } from '../model/read-back.ts'
import type { Targets } from '../targets/load-targets.ts'
import type { Target } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import { viewFor } from '../targets/view-for.ts'

export async function readNode(targets: Targets, view: View): Promise<ReadBack> {
  const read: ReadTarget[] = []
  for (const [target, one] of Object.entries(targets)) {
    const own = await viewFor(target, one, false, view)
    read.push({ target, found: await readOne(one, own) })
  }
  const once = withoutReadBefore(read)
  const { registries, losses } = agreeTargets(await withoutGenerated(once, targets, view))
  return { registries, losses: losses.map(loss => withCommand(loss, view.node.root)) }
}

/** A runtime whose files cannot be read is a loss, and stops nothing. */
async function readOne(target: Target, view: View): Promise<ReadBack> {
  const settings = target.settings.resolve({}, { file: '', line: 1, column: 1 })
  try {
    return await target.read(await target.observe(view, [], settings))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { registries: [], losses: error.issues }
  }
}

/** A file that several runtimes read, such as those in certs.d of containerd, is of the first one. */
function withoutReadBefore(all: readonly ReadTarget[]): readonly ReadTarget[] {
  const before = new Set<string>()
  return all.map(({ target, found }) => {
    const registries = found.registries.filter(({ at }) => !before.has(at.file))
    for (const { at } of registries) before.add(at.file)
    return { target, found: { ...found, registries } }
  })
}

/** What a runtime writes into the files of another one, as k3s does for its containerd, is there twice: its own file counts. */
async function withoutGenerated(
  read: readonly ReadTarget[],
  targets: Targets,
  view: View,
): Promise<readonly ReadTarget[]> {
  const kept: ReadTarget[] = []
  for (const { target, found } of read) {
    const others = new Set(read.filter(one => one.target !== target).flatMap(namesIn))
    const registries: FoundRegistry[] = []
    for (const registry of found.registries) {
      const isTwice = others.has(registry.name)
      if (!isTwice || !(await isGenerated(registry, targets[target], view))) registries.push(registry)
    }
    kept.push({ target, found: { ...found, registries } })
  }
  return kept
}

function namesIn({ found }: ReadTarget): readonly string[] {
  return found.registries.map(({ name }) => name)
}

async function isGenerated(
  { at }: FoundRegistry,
  target: Target | undefined,
  { node }: View,
): Promise<boolean> {
  const text = (await node.read(at.file))?.toString('utf8')
  return text !== undefined && target?.writerOf(at.file, text)?.live === true
}

/** `--from` names a file of this machine, also where the node is below `--root`. */
function withCommand(loss: Loss, root: string): Loss {
  if (loss.from === undefined) return loss
  const file = path.join(root, loss.from)
  return { ...loss, hint: loss.hint ?? `to list its mirrors, run regmirror import --from ${file}` }
}
