/** The files of a unit of systemd, in the order in which they count (systemd.unit(5), systemd.service(5)). */
import type { Reader } from '../system/reader.ts'

export interface UnitFile {
  readonly path: string
  readonly text: string
}

/** Where units of the machine are, the first one first. */
const DIRECTORIES = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map(top => `${top}/systemd/system`)

/** The unit, then its drop-ins by name; a drop-in hides those of the same name in later directories. None without a unit. */
export async function readUnitFiles(
  node: Reader,
  unit: string,
  directories: readonly string[] = DIRECTORIES,
): Promise<readonly UnitFile[]> {
  const main = await readFirst(node, directories, unit)
  if (main.length === 0) return []
  const names = new Set<string>()
  for (const directory of directories)
    for (const { name } of (await node.entries(`${directory}/${unit}.d`)) ?? []) names.add(name)
  const files = [...main]
  for (const name of [...names].filter(name => name.endsWith('.conf')).sort())
    files.push(...(await readFirst(node, directories, `${unit}.d/${name}`)))
  return files
}

async function readFirst(
  node: Reader,
  directories: readonly string[],
  name: string,
): Promise<readonly UnitFile[]> {
  for (const directory of directories) {
    const path = `${directory}/${name}`
    if ((await node.facts(path))?.type !== 'file') continue
    const bytes = await node.read(path)
    if (bytes !== undefined) return [{ path, text: bytes.toString('utf8') }]
  }
  return []
}

/** The values of `ExecStart=`; an empty one removes those before it, but one always follows. */
export function startLines(text: string): readonly string[] {
  const whole = text.replace(/\\\r?\n/g, ' ')
  return [...whole.matchAll(/^ExecStart=[ \t]*(\S.*?)[ \t]*\r?$/gm)].map(([, line = '']) => line)
}
