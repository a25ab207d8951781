/** The environment that dockerd pulls in, with its proxies. */
import { isTable } from '../../formats/is-table.ts'
import type { Machine } from '../view.ts'
import { parseDaemonJson } from './daemon-json.ts'
import { findDaemons } from './daemons.ts'
import { pathsFor } from './paths.ts'
import type { DockerSettings } from './settings.ts'

/** Undefined when no dockerd is known to run. It holds secrets. */
export async function daemonEnvironment(
  { config }: Pick<DockerSettings, 'config'>,
  { files, processes }: Pick<Machine, 'files' | 'processes'>,
): Promise<Readonly<Record<string, string>> | undefined> {
  const paths = pathsFor(undefined)
  const file = config ?? paths.config
  const [daemon] = (await findDaemons(processes, files, file, paths)).readers
  const variables = daemon && (await processes.variables(daemon.trusted))
  if (variables === undefined) return undefined
  const parsed = parseDaemonJson(file, await files.find(file))
  return { ...variables, ...('json' in parsed ? proxiesIn(parsed.json.value.proxies) : {}) }
}

const VARIABLES: readonly (readonly [key: string, variable: string])[] = [
  ['http-proxy', 'HTTP_PROXY'],
  ['https-proxy', 'HTTPS_PROXY'],
  ['no-proxy', 'NO_PROXY'],
]

/** The `proxies` of daemon.json win over variables, since 23.0 (daemon/config/config.go Proxies@v23.0.0). */
export function proxiesIn(proxies: unknown): Readonly<Record<string, string>> {
  if (!isTable(proxies)) return {}
  const set = VARIABLES.flatMap(([key, variable]) => {
    const value = proxies[key]
    return typeof value === 'string' && value !== ''
      ? [
          [variable, value],
          [variable.toLowerCase(), value],
        ]
      : []
  })
  return Object.fromEntries(set)
}
