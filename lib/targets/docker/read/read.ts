/** The mirrors that Docker has, for a list: of the files that it reads with its release and image store. */
import { locateJson } from '../../../formats/json/locate.ts'
import type { ReadBack } from '../../../model/read-back.ts'
import { formOf } from '../form.ts'
import type { DockerSnapshot } from '../snapshot.ts'
import { readOwnDaemonJson } from './daemon-json.ts'
import { readHosts } from './hosts.ts'

/** A registry of hosts.toml hides the same one of daemon.json, unless `docker pull` reads that alone. */
export function read(snapshot: DockerSnapshot): ReadBack {
  const { daemonMirrors, hostsToml } = formOf(snapshot)
  const hosts = hostsToml ? readHosts(snapshot) : { registries: [], losses: [] }
  const daemon = readConfig(snapshot)
  const [first, second] = daemonMirrors ? [daemon, hosts] : [hosts, daemon]
  const known = new Set(first.registries.map(({ name }) => name))
  return {
    registries: [...first.registries, ...second.registries.filter(({ name }) => !known.has(name))],
    losses: [...first.losses, ...second.losses],
  }
}

function readConfig({ config, json, fault }: DockerSnapshot): ReadBack {
  if (fault !== undefined) return { registries: [], losses: [fault] }
  if (json === undefined || config.found === undefined) return { registries: [], losses: [] }
  const { text, value } = json
  return readOwnDaemonJson({ file: config.path, text, value, locateKey: path => locateJson(text, path) })
}
