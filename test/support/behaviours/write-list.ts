/** Writes one list that names the mirror of every behaviour as a registry of its own. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { REPOSITORY, TAG } from './contents.ts'
import type { Named } from './corpus.ts'
import type { Servers } from './servers.ts'

export interface Started extends Named {
  readonly servers: Servers
}

/** The registry of a behaviour. */
export const registryOf = (name: string) => `${name}.test`

/** Only the mirror can serve: nothing listens on the port of the server. */
const REFUSING_SERVER = 'http://127.0.0.1:1'

/** The path of the list, below `folder`. `timeout` is the limit of each request of a probe. */
export async function writeList(
  folder: string,
  started: readonly Started[],
  version: string,
  timeout: string,
): Promise<string> {
  const registries = await Promise.all(started.map(async one => await registryEntry(folder, one)))
  const file = path.join(folder, 'mirrors.json')
  const list = {
    version: 1,
    health: { timeout },
    // A file that no containerd of this machine reads: a probe uses the proxies of one that does.
    targets: {
      containerd: { version, config: path.join(folder, 'config.toml'), hosts_dir: '/etc/containerd/certs.d' },
    },
    registries: Object.fromEntries(registries),
  }
  await fs.writeFile(file, JSON.stringify(list, undefined, 2), { mode: 0o600 })
  return file
}

async function registryEntry(
  folder: string,
  { name, behaviour, servers }: Started,
): Promise<[string, object]> {
  const files = path.join(folder, name)
  await fs.mkdir(files)
  for (const [file, text] of Object.entries(behaviour.files ?? {}))
    await fs.writeFile(path.join(files, file), text, { mode: 0o600 })
  const fill = (text: string) => servers.fill(text.replaceAll('$files', name))
  const mirror = fillDeep({ url: '$mirror', ...behaviour.mirror }, fill)
  return [registryOf(name), { mirrors: [mirror], server: REFUSING_SERVER, canary: `${REPOSITORY}:${TAG}` }]
}

function fillDeep(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === 'string') return fill(value)
  if (Array.isArray(value)) return value.map(one => fillDeep(one, fill))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillDeep(one, fill)]))
}
