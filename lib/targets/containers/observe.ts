/** Reads what containers/image has on a node. */
import type { Registry } from '../../model/registry.ts'
import type { Machine, View } from '../view.ts'
import { type ConfigFile, isParsed } from './files/config-file.ts'
import { isHost } from './files/references.ts'
import { findPlaces } from './places.ts'
import { readCertificates, readConfigFiles } from './read-files.ts'
import { parseRelease, parseVersionOutput, type Release } from './release.ts'
import { endpointsOf, hostIn } from './render/locations.ts'
import { findPrograms } from './running.ts'
import type { ContainersSettings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'

export async function observe(
  view: View,
  registries: readonly Registry[],
  settings: ContainersSettings,
): Promise<Snapshot> {
  const installed = await readInstalled(view.machine)
  const release = settings.version === undefined ? installed : parseRelease(settings.version)
  const places = findPlaces(view, settings, release)
  const files = await readConfigFiles(view.node, places)
  const hosts = new Set([...registries.flatMap(listedHosts), ...files.flatMap(hostsIn)])
  return {
    places,
    release,
    installed,
    files,
    certificates: await readCertificates(view.node, places.certsDirs, [...hosts]),
    written: Object.keys(view.state.files),
    programs: await findPrograms(view),
    onMachine: view.machine !== undefined,
  }
}

function listedHosts(registry: Registry): readonly string[] {
  return [hostIn(registry.name), ...endpointsOf(registry).map(({ location }) => hostIn(location))]
}

/** The hosts that the tables of a file name, as far as they can be names of directories. */
function hostsIn({ parsed }: ConfigFile): readonly string[] {
  const tables = isParsed(parsed) ? parsed.tables : []
  const locations = tables.flatMap(({ location, mirrors }) => [location, ...mirrors.map(one => one.location)])
  return locations.map(hostIn).filter(isHost)
}

export async function readInstalled(machine: Pick<Machine, 'run'> | undefined): Promise<Release | undefined> {
  const outcome = await machine?.run('podman', ['--version'])
  return outcome?.code === 0 ? parseVersionOutput(outcome.stdout) : undefined
}
