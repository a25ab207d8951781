/** The volumes of a pod, as a kubelet makes them on a node. */
import fs from 'node:fs/promises'
import path from 'node:path'
import type { PodSpec, Volume } from 'kubernetes-types/core/v1.js'

/** The files of a ConfigMap or a Secret. */
export type Files = Readonly<Record<string, string>>

export interface Volumes {
  /** Where each volume is on the node. */
  readonly paths: ReadonlyMap<string, string>
  /** Replaces the files of the volumes with these sources, as after a change of a ConfigMap or a Secret. */
  update(sources: Readonly<Record<string, Files>>): Promise<void>
}

/** Makes the volumes. `sources` are the ConfigMaps and Secrets by name. */
export async function makeVolumes(
  node: string,
  { volumes = [] }: PodSpec,
  sources: Readonly<Record<string, Files>>,
): Promise<Volumes> {
  const folder = `/var/lib/kubelet/pods/volumes-${performance.now()}`
  const paths = new Map<string, string>()
  for (const volume of volumes)
    paths.set(volume.name, volume.hostPath?.path ?? path.join(folder, volume.name))
  const update = async (latest: Readonly<Record<string, Files>>) => {
    for (const volume of volumes)
      await writeVolume(path.join(node, paths.get(volume.name) ?? ''), volume, latest)
  }
  await update(sources)
  return { paths, update }
}

async function writeVolume(
  place: string,
  volume: Volume,
  sources: Readonly<Record<string, Files>>,
): Promise<void> {
  const { hostPath, projected, configMap } = volume
  if (hostPath !== undefined) return await checkHostPath(place, hostPath.type)
  // Every user may write to the directory of a volume; only a mount that is read-only prevents it.
  await fs.mkdir(place, { recursive: true })
  await fs.chmod(place, 0o777)
  const named = configMap ? [configMap.name] : (projected?.sources ?? []).map(sourceName)
  if (named.length === 0) return
  const files = Object.assign({}, ...named.map(name => sources[name ?? ''] ?? {}))
  await swapFiles(place, files, configMap?.defaultMode ?? projected?.defaultMode ?? 0o644)
}

function sourceName(source: { readonly configMap?: { name?: string }; readonly secret?: { name?: string } }) {
  return source.configMap?.name ?? source.secret?.name
}

async function checkHostPath(place: string, type: string | undefined): Promise<void> {
  if (type === 'DirectoryOrCreate') await fs.mkdir(place, { recursive: true, mode: 0o755 })
  const found = await fs.stat(place).catch(() => undefined)
  if (!found?.isDirectory()) throw new Error(`hostPath type check failed: ${place} is not a directory`)
}

/** A new directory for each state of the files, and one rename of the link `..data` that all names lead through. */
async function swapFiles(place: string, files: Files, mode: number): Promise<void> {
  const [old] = (await fs.readdir(place)).filter(name => /^\.\.\d/.test(name))
  const latest = `..${Date.now()}`
  await fs.mkdir(path.join(place, latest), { mode: 0o755 })
  for (const [name, text] of Object.entries(files))
    await fs.writeFile(path.join(place, latest, name), text, { mode })
  await fs.symlink(latest, path.join(place, '..data_tmp'))
  await fs.rename(path.join(place, '..data_tmp'), path.join(place, '..data'))
  for (const name of Object.keys(files))
    await fs.symlink(`..data/${name}`, path.join(place, name)).catch(() => undefined)
  if (old !== undefined) await fs.rm(path.join(place, old), { recursive: true })
}
