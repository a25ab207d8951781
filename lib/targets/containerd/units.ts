/** What the unit of containerd says, where the process that runs does not. */
import type { View } from '../view.ts'
import type { Daemons } from './daemon.ts'
import type { Snapshot } from './snapshot.ts'
import { readUnitConfig, UNIT } from './unit-file.ts'

export async function readUnits(
  { machine, node }: Pick<View, 'machine' | 'node'>,
  { readers, others, doubted }: Daemons,
  config: string,
): Promise<Pick<Snapshot, 'unitConfig' | 'ownUnit'>> {
  const [first] = readers
  const runs = readers.length + others.length + doubted.length > 0
  const isOutside = first !== undefined && first.unit === undefined
  if (machine === undefined || (runs && !isOutside)) return { unitConfig: undefined, ownUnit: undefined }
  const named = await readUnitConfig(node)
  return { unitConfig: runs ? undefined : named, ownUnit: isOutside && named === config ? UNIT : undefined }
}
