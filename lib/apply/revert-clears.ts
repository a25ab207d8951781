/**
 * Values that a daemon has read in a run that is undone, and whose keys were not there before: a daemon that finds a key gone
 * at a reload may keep its value (cleared-values.ts). So it reads them as empty before the old file is put back.
 */

import type { ValuePath } from '../formats/format.ts'
import { formats } from '../formats/index.ts'
import { sha256Hex } from '../model/sha256.ts'
import type { Step } from '../plan/step.ts'
import type { Reader } from '../system/reader.ts'
import { temporaryName } from '../system/temporary-name.ts'
import type { Writer } from '../system/writer.ts'
import type { DaemonActivation } from './daemon-activation.ts'
import type { RevertClear } from './revert-clear.ts'
import { holds, type Swap } from './swap.ts'

/** Those of the daemons that are reloaded: one that is restarted keeps nothing. */
export async function findRevertClears(
  steps: readonly Step[],
  activations: readonly DaemonActivation[],
  node: Pick<Reader, 'real'>,
): Promise<readonly RevertClear[]> {
  const reloaded = new Set(
    activations.filter(({ action }) => action === 'reload').map(({ target }) => target),
  )
  const clears: RevertClear[] = []
  for (const step of steps.filter(({ target }) => reloaded.has(target))) {
    const found = addedValues(step)
    if (found === undefined) continue
    const real = await node.real(step.path)
    clears.push({ path: real, staged: temporaryName(real), ...found })
  }
  return clears
}

function addedValues({ owns, before, after }: Step): Omit<RevertClear, 'path' | 'staged'> | undefined {
  if (owns.kind !== 'values' || after === undefined) return undefined
  const { format, created_from } = owns
  const isIn = (bytes: Buffer | undefined, path: ValuePath) =>
    bytes !== undefined && formats[format].valueAt(bytes.toString('utf8'), path) !== undefined
  const values = owns.values.flatMap(({ path, cleared }) =>
    cleared !== undefined && isIn(after.bytes, path) && !isIn(before?.bytes, path) ? [{ path, cleared }] : [],
  )
  return values.length === 0
    ? undefined
    : { format, values, ...(created_from !== undefined && { created_from }) }
}

/** Writes the old file with the empty values, unless the file was changed outside regmirror since. */
export async function writeCleared(swap: Swap, clear: RevertClear, node: Writer): Promise<void> {
  const content = await clearedContent(swap, clear, node)
  const now = await node.find(swap.path)
  if (content === undefined || now === undefined || !(await holds(swap, 'after', node))) return
  await node.remove(clear.staged)
  await node.create(clear.staged, content, now.ownership, swap.path)
  await node.rename(clear.staged, swap.path)
}

/** The swap, as that from the old file to the one with the empty values where this is in place. */
export async function fromCleared(swap: Swap, clear: RevertClear, node: Reader): Promise<Swap> {
  if (!('after' in swap)) return swap
  const content = await clearedContent(swap, clear, node)
  const isCleared = content !== undefined && (await node.read(swap.path))?.equals(content) === true
  return isCleared ? { ...swap, after: sha256Hex(content) } : swap
}

async function clearedContent(
  swap: Swap,
  { format, values, created_from }: RevertClear,
  node: Reader,
): Promise<Buffer | undefined> {
  const old = 'backup' in swap ? (await node.read(swap.backup))?.toString('utf8') : created_from
  const text = values.reduce<string | undefined>(
    (so, { path, cleared }) => (so === undefined ? undefined : formats[format].set(so, path, cleared)),
    old,
  )
  return text === undefined ? undefined : Buffer.from(text)
}
