/** The snapshot after files are written. Pure. */
import path from 'node:path'
import type { PlannedFile } from '../target.ts'
import type { ConfigFile } from './files/config-file.ts'
import { configFile } from './read-files.ts'
import type { CertificateDirectory, Snapshot } from './snapshot.ts'

export function plannedSnapshot(snapshot: Snapshot, files: readonly PlannedFile[]): Snapshot {
  return {
    ...snapshot,
    files: files.reduce((all, file) => withConfig(all, file, snapshot), snapshot.files),
    certificates: files.reduce((all, file) => withCertificate(all, file, snapshot), snapshot.certificates),
  }
}

function withConfig(
  files: readonly ConfigFile[],
  { path: file, bytes }: PlannedFile,
  { places }: Snapshot,
): readonly ConfigFile[] {
  const others = files.filter(one => one.path !== file)
  const known = files.find(one => one.path === file)
  if (bytes === undefined || (known === undefined && file !== places.dropIn)) return others
  const about = {
    layer: known?.layer ?? places.layer,
    kind: known?.kind ?? 'drop_in',
    isLink: false,
  } as const
  return [...others, configFile(file, bytes.toString('utf8'), about)]
}

function withCertificate(
  certificates: Snapshot['certificates'],
  { path: file, bytes }: PlannedFile,
  { places }: Snapshot,
): Snapshot['certificates'] {
  const [directory, name] = [path.posix.dirname(file), path.posix.basename(file)]
  if (path.posix.dirname(directory) !== places.certsDir) return certificates
  const { entries, texts } = certificates.get(directory) ?? NONE
  const others = entries.filter(entry => entry !== name)
  const kept = new Map([...texts].filter(([entry]) => entry !== name))
  const changed = new Map(certificates)
  if (bytes !== undefined)
    changed.set(directory, {
      entries: [...others, name].sort(),
      texts: kept.set(name, bytes.toString('utf8')),
    })
  else if (others.length > 0) changed.set(directory, { entries: others, texts: kept })
  else changed.delete(directory)
  return changed
}

const NONE: CertificateDirectory = { entries: [], texts: new Map() }
