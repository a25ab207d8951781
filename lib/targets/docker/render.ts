/** What Docker must have for a list: hosts.toml and daemon.json, by its release and image store. Pure. */
import type { Registry } from '../../model/registry.ts'
import { hasBanner } from '../../ownership/banner.ts'
import type { Choices } from '../choices.ts'
import { directoryName } from '../hosts-toml/directory-name.ts'
import type { RegistryDirectory } from '../hosts-toml/registry-directory.ts'
import { hostsPlace, registryFiles } from '../hosts-toml/registry-files.ts'
import type { DesiredFile, Rendering } from '../target.ts'
import { renderConfig } from './config.ts'
import { configConflicts, writerConflicts } from './conflicts.ts'
import { formOf } from './form.ts'
import { mirrorCertificates } from './mirror-certificates.ts'
import { notices } from './notices.ts'
import type { DockerSnapshot } from './snapshot.ts'

export function render(
  registries: readonly Registry[],
  snapshot: DockerSnapshot,
  choices: Choices,
): Rendering {
  const form = formOf(snapshot)
  const hub = registries.find(({ name }) => name === 'docker.io')
  const certificates =
    form.daemonMirrors && hub !== undefined ? mirrorCertificates(hub, snapshot.certsDir) : []
  const config = renderConfig(hub, snapshot, certificates)
  const conflicts = [
    ...configConflicts(hub, config, snapshot),
    ...(choices.takeOver ? [] : writerConflicts(form.hostsToml ? registries : [], snapshot)),
  ]
  return {
    files: [
      ...(form.hostsToml ? hostsFiles(registries, snapshot) : []),
      ...certificates,
      ...unrecordedFiles(form.hostsToml ? registries : [], snapshot),
      ...(config === undefined || conflicts.length > 0 ? [] : [config]),
    ],
    notices: notices(registries, snapshot),
    conflicts,
    effect: 'immediate',
    held: [],
    kept: [],
  }
}

function directoriesOf({ directories, certsDir }: DockerSnapshot): readonly RegistryDirectory[] {
  return directories[certsDir] ?? []
}

/** hosts.toml and its certificates are read at every pull. */
function hostsFiles(registries: readonly Registry[], snapshot: DockerSnapshot): readonly DesiredFile[] {
  const present = new Map(directoriesOf(snapshot).map(one => [one.name, one.hosts]))
  return registries.flatMap(registry =>
    registryFiles(
      registry,
      snapshot.certsDir,
      'immediate',
      present.get(directoryName(registry.name)),
      snapshot.proved,
    ),
  )
}

/** Files with a banner that the state does not have, because it was lost or the tree was copied: they are removed. */
function unrecordedFiles(registries: readonly Registry[], snapshot: DockerSnapshot): readonly DesiredFile[] {
  const listed = new Set(registries.map(({ name }) => directoryName(name)))
  return directoriesOf(snapshot)
    .filter(({ name, hosts }) => !listed.has(name) && hosts !== undefined && hasBanner(hosts.bytes))
    .map(({ name }) => hostsPlace(snapshot.certsDir, name))
    .filter(({ path }) => !snapshot.written.includes(path))
    .map(place => ({
      ...place,
      content: undefined,
      secret: false,
      effect: 'immediate',
      why: 'no longer in the list',
      owns: { kind: 'whole', format: 'toml' },
    }))
}
