/** Flags that the unit of Docker, its drop-ins and its environment file give to dockerd, and where they stand. */
import { Failure } from '../../model/errors.ts'
import type { Reader } from '../../system/reader.ts'
import { readUnitFiles, startLines, type UnitFile } from '../unit-files.ts'
import type { SetFlag } from './command-line.ts'

/** A flag in a file. */
export interface PlacedFlag extends SetFlag {
  readonly file: string
  readonly line: number
}

const UNIT = 'docker.service'

/** Of Debian and of Red Hat; without systemd, the init script reads the first one. */
const ENVIRONMENT_FILES = ['/etc/default/docker', '/etc/sysconfig/docker']

/** None where the files cannot be read. `directories`: where the unit is, if not in the usual directories. */
export async function readUnitFlags(
  node: Reader,
  directories?: readonly string[],
): Promise<readonly PlacedFlag[]> {
  try {
    const units = await readUnitFiles(node, UNIT, directories)
    const start = units.flatMap(({ text }) => startLines(text)).at(-1)
    const files = [...startingFiles(units), ...(await environmentFiles(node, units, start))]
    return files.flatMap(flagsIn)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return []
  }
}

/** The last file with an `ExecStart=` counts, and every file with an `Environment=`. */
function startingFiles(units: readonly UnitFile[]): readonly UnitFile[] {
  const last = units.findLast(({ text }) => startLines(text).length > 0)
  return units.map(unit => (unit === last ? unit : { ...unit, text: onlyEnvironment(unit.text) }))
}

/** Every other line stays as an empty one. */
function onlyEnvironment(text: string): string {
  return text
    .split('\n')
    .map(line => (line.startsWith('Environment=') ? line : ''))
    .join('\n')
}

/** Those whose variables the start command has; without a unit, those that an init script reads. */
async function environmentFiles(
  node: Reader,
  units: readonly UnitFile[],
  start: string | undefined,
): Promise<readonly UnitFile[]> {
  const named = units.flatMap(({ text }) =>
    [...text.matchAll(/^EnvironmentFile=-?(\/\S+)/gm)].map(([, file = '']) => file),
  )
  const usesVariables = start?.includes('$') === true
  const paths = units.length === 0 ? ENVIRONMENT_FILES : usesVariables ? named : []
  const read = await Promise.all(
    paths.map(async path => ({ path, text: (await node.read(path))?.toString('utf8') ?? '' })),
  )
  return read.map(({ path, text }) => ({ path, text: withoutComments(text) }))
}

function withoutComments(text: string): string {
  return text.replace(/^[ \t]*#.*$/gm, '')
}

const FLAG = /(--(?:registry-mirror|insecure-registry))[= \t]+["']?([^\s"']+)/g

function flagsIn({ path: file, text }: UnitFile): readonly PlacedFlag[] {
  return withoutComments(text)
    .split('\n')
    .flatMap((line, i) =>
      [...line.matchAll(FLAG)].map(([, flag = '', value = '']) => ({ flag, value, file, line: i + 1 })),
    )
}
