/** What a watcher saves on the node for the watcher that is started next. */
import { type HealthFile, serializeHealthFile } from '../../health/health-file.ts'
import { Failure } from '../../model/errors.ts'
import type { World } from '../../model/world.ts'
import { readHealth } from '../../pipeline/known-health.ts'
import { readClocks } from '../../system/clocks.ts'
import type { Reader } from '../../system/reader.ts'
import type { Writer } from '../../system/writer.ts'
import { type History, parseHistory, serializeHistory } from '../history.ts'
import type { SavedHealth } from '../saved-health.ts'

const OWNERSHIP = { mode: 0o600 }

/** Throws Failure. */
export async function saveHealth(file: HealthFile, node: Writer, world: World): Promise<void> {
  const text = serializeHealthFile(file, await world.bootId(), world.now())
  await node.write(node.statePaths.health, text, OWNERSHIP)
}

/** Throws Failure. */
export async function saveHistory(history: History, node: Writer, world: World): Promise<void> {
  await node.write(node.statePaths.history, serializeHistory(history, readClocks(world)), OWNERSHIP)
}

export async function readSaved(node: Reader, world: World): Promise<SavedHealth> {
  const [healthFile, history] = await Promise.all([
    ignoreFailure(() => readHealth(node, world)),
    ignoreFailure(() => readHistory(node, world)),
  ])
  return { healthFile, history }
}

/** What cannot be read is measured again. */
async function ignoreFailure<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

async function readHistory(node: Reader, world: World): Promise<History | undefined> {
  const bytes = await node.read(node.statePaths.history)
  return bytes && parseHistory(bytes.toString('utf8'), readClocks(world))
}
