/** Directories of certificates that hide others: the first one that exists for a host is the only one that is read. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Registry } from '../../../model/registry.ts'
import type { Notice } from '../../../model/report.ts'
import { loneFile } from '../pull/certificates.ts'
import type { Snapshot } from '../snapshot.ts'
import { certificateTexts, securedHosts } from './certificates.ts'
import type { ListedEndpoint } from './locations.ts'

type Certificates = Pick<Snapshot, 'places' | 'certificates' | 'written'>

/** A directory of the list would hide these certificates, such as those of Docker. */
export function hiddenConflicts(registries: readonly Registry[], snapshot: Certificates): readonly Issue[] {
  return [...securedHosts(registries)].flatMap(([host, [first]]) => {
    const { certsDirs, certsDir } = snapshot.places
    const later = certsDirs.slice(certsDirs.indexOf(certsDir) + 1)
    return first === undefined ? [] : later.flatMap(root => hiddenFiles(`${root}/${host}`, first, snapshot))
  })
}

function hiddenFiles(
  directory: string,
  { connection }: ListedEndpoint,
  { certificates, places }: Certificates,
): readonly Issue[] {
  const own = new Set(certificateTexts(connection).map(({ text }) => text.trim()))
  return [...(certificates.get(directory)?.texts ?? [])]
    .filter(([, text]) => !own.has(text.trim()))
    .map(([name]) => ({
      file: `${directory}/${name}`,
      message: `would no longer be read: ${places.certsDir} gets a directory for this host, which hides this one`,
      hint: 'add it to ca or client of the mirror, or move it away',
    }))
}

/** Directories that are read before those of the list, and files beside those of the list. */
export function certificateIssues(registries: readonly Registry[], snapshot: Certificates): readonly Issue[] {
  return [...securedHosts(registries).keys()].flatMap(host => hidingDirectories(host, snapshot))
}

function hidingDirectories(host: string, { certificates, places }: Certificates): readonly Issue[] {
  const earlier = places.certsDirs.slice(0, places.certsDirs.indexOf(places.certsDir))
  return earlier
    .map(root => `${root}/${host}`)
    .filter(directory => certificates.has(directory))
    .map(file => ({
      file,
      message: `is read instead of ${places.certsDir}/${host}, where regmirror writes the certificates of the list`,
      hint: 'remove it',
    }))
}

/** A key without its certificate makes every request to the host fail. */
export function loneNotices(
  hosts: readonly string[],
  { certificates, places }: Certificates,
  written: ReadonlySet<string>,
): readonly Notice[] {
  return hosts.flatMap(host => {
    const directory = places.certsDirs.map(root => `${root}/${host}`).find(path => certificates.has(path))
    const found = directory === undefined ? undefined : certificates.get(directory)
    const names = (found?.entries ?? []).filter(name => !written.has(`${directory}/${name}`))
    const lone = loneFile({ entries: names })
    if (directory === undefined || lone === undefined) return []
    const message = `has no ${lone.partner} beside it, so every request to ${host} fails; add it, or remove the file`
    return [{ code: 'certificate_alone', message, target: 'containers', file: `${directory}/${lone.name}` }]
  })
}
