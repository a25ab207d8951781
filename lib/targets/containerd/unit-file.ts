/** The config.toml that the unit of systemd starts containerd with (systemd.unit(5), systemd.service(5)). */
import path from 'node:path'
import { Failure } from '../../model/errors.ts'
import type { Reader } from '../../system/reader.ts'
import { parseDaemonFlags } from './command-line.ts'

/** Where units are, the first one first. */
const DIRECTORIES = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map(top => `${top}/systemd/system`)
export const UNIT = 'containerd.service'

/** Undefined without a unit, where it cannot be read, and where variables decide. */
export async function readUnitConfig(node: Reader): Promise<string | undefined> {
  try {
    return configOf(await readUnit(node))
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

/** The unit, then its drop-ins by name; a drop-in hides those of the same name in later directories. */
async function readUnit(node: Reader): Promise<readonly string[]> {
  const unit = await readFirst(
    node,
    DIRECTORIES.map(directory => `${directory}/${UNIT}`),
  )
  if (unit === undefined) return []
  const names = new Set<string>()
  for (const directory of DIRECTORIES)
    for (const { name } of (await node.entries(`${directory}/${UNIT}.d`)) ?? []) names.add(name)
  const texts = [unit]
  for (const name of [...names].filter(name => name.endsWith('.conf')).sort()) {
    const files = DIRECTORIES.map(directory => `${directory}/${UNIT}.d/${name}`)
    texts.push((await readFirst(node, files)) ?? '')
  }
  return texts
}

async function readFirst(node: Reader, files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    if ((await node.facts(file))?.type !== 'file') continue
    const bytes = await node.read(file)
    if (bytes !== undefined) return bytes.toString('utf8')
  }
  return undefined
}

/** The values of `ExecStart=`; an empty one removes those before it, but one always follows. */
function startLines(text: string): readonly string[] {
  const whole = text.replace(/\\\r?\n/g, ' ')
  return [...whole.matchAll(/^ExecStart=[ \t]*(\S.*?)[ \t]*\r?$/gm)].map(([, line = '']) => line)
}
