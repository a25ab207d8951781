/** What a watcher knows, as files on the node, for the watcher that is started next. */

import { type HealthFile, serializeHealthFile } from '../health/health-file.ts'
import { Failure } from '../model/errors.ts'
import type { World } from '../model/world.ts'
import { HEALTH_FILE, HISTORY_FILE } from '../ownership/state.ts'
import { readClocks } from '../system/clocks.ts'
import type { Reader, Writer } from '../system/files.ts'
import type { SavedHealth } from '../watch/adopt-list.ts'
import { type History, parseHistory, serializeHistory } from '../watch/history.ts'
import { readBook } from './known-health.ts'

const OWNERSHIP = { mode: 0o600 }

/** Throws Failure. */
export async function keepBook(book: HealthFile, node: Writer, world: World): Promise<void> {
  await node.write(HEALTH_FILE, serializeHealthFile(book, await world.bootId(), world.now()), OWNERSHIP)
}

/** Throws Failure. */
export async function keepHistory(history: History, node: Writer, world: World): Promise<void> {
  await node.write(HISTORY_FILE, serializeHistory(history, readClocks(world)), OWNERSHIP)
}

export async function recall(node: Reader, world: World): Promise<SavedHealth> {
  const [healthFile, history] = await Promise.all([
    recalled(() => readBook(node, world)),
    recalled(() => readHistory(node, world)),
  ])
  return { healthFile, history }
}

/** What cannot be read is not remembered: it will be found out again. */
async function recalled<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

async function readHistory(node: Reader, world: World): Promise<History | undefined> {
  const bytes = await node.read(HISTORY_FILE)
  return bytes && parseHistory(bytes.toString('utf8'), readClocks(world))
}
