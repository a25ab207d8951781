/** The config.toml that the unit of systemd starts containerd with (systemd.unit(5), systemd.service(5)). */
import path from 'node:path'
import { Failure } from '../../model/errors.ts'
import type { Reader } from '../../system/reader.ts'
import { readUnitFiles, startLines } from '../unit-files.ts'
import { parseDaemonFlags } from './command-line.ts'

export const UNIT = 'containerd.service'

/** Undefined without a unit, where it cannot be read, and where variables decide. */
export async function readUnitConfig(node: Reader): Promise<string | undefined> {
  try {
    return configOf((await readUnitFiles(node, UNIT)).map(({ text }) => text))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return undefined
  }
}

function configOf(texts: readonly string[]): string | undefined {
  const line = texts.flatMap(startLines).at(-1)
  if (line === undefined || /[$%'"\\]/.test(line)) return undefined
  const config = parseDaemonFlags(line.replace(/^[-@:+!|]+/, '').split(/\s+/))?.config
  return config?.startsWith('/') ? path.posix.normalize(config) : undefined
}
