/** The settings of a node that decide how registries.yaml is used: its flags, and config.yaml with config.yaml.d. */
import path from 'node:path'
import { isTable } from '../../formats/is-table.ts'
import { parseYaml } from '../../formats/yaml/parse.ts'
import type { Reader } from '../../system/reader.ts'
import { isTrue, type NodeFlags } from './command-line.ts'
import type { Distribution } from './distributions.ts'

export interface NodeConfig {
  /** Whether `--disable-default-registry-endpoint` is set. */
  readonly noDefault: boolean
  /** The file that `--private-registry` names; undefined: the usual one. */
  readonly privateRegistry: string | undefined
  /** Where that is set; undefined: on the command line. */
  readonly namedIn: string | undefined
  readonly dataDirectory: string
}

/** A flag on the command line wins; of the files the last one (pkg/configfilearg/parser.go@06ea261c). */
export async function readNodeConfig(
  node: Reader,
  distribution: Distribution,
  flags: NodeFlags | undefined,
): Promise<NodeConfig> {
  const main = flags?.nodeConfig ?? distribution.nodeConfig
  const files = [main, ...(await filesIn(node, `${main}.d`))]
  const read = await Promise.all(files.map(async file => ({ file, table: await readTable(node, file) })))
  const last = (key: string) => read.findLast(({ table }) => Object.hasOwn(table, key))
  const textOf = (key: string) => {
    const value = last(key)?.table[key]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const [named, flag] = [last('private-registry')?.file, last('disable-default-registry-endpoint')]
  const privateRegistry = flags?.privateRegistry ?? textOf('private-registry')
  return {
    noDefault: flags?.noDefault ?? isTrue(flag?.table['disable-default-registry-endpoint']),
    privateRegistry: privateRegistry === distribution.config ? undefined : privateRegistry,
    namedIn: flags?.privateRegistry === undefined ? named : undefined,
    dataDirectory: flags?.dataDirectory ?? textOf('data-dir') ?? distribution.dataDirectory,
  }
}

async function filesIn(node: Reader, directory: string): Promise<readonly string[]> {
  const entries = (await node.entries(directory)) ?? []
  const names = entries.map(({ name }) => name).filter(name => /\.ya?ml$/.test(name))
  return names.sort().map(name => path.posix.join(directory, name))
}

/** A file that is not YAML keeps the node from starting; here it counts as empty. */
async function readTable(node: Reader, file: string): Promise<Record<string, unknown>> {
  const bytes = await node.read(file)
  const parsed = bytes && parseYaml(bytes.toString('utf8').replace(/^\ufeff/, ''))
  const value = parsed !== undefined && 'source' in parsed ? parsed.source.value : undefined
  return isTable(value) ? value : {}
}
