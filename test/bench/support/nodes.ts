/** Lists of any size, and nodes with the default configuration of a containerd. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { PROJECT } from './measure.ts'

export const MIRRORS = 4
const CONFIG = path.join(PROJECT, 'fixtures/containerd-default/2.1.9.toml')

export const registryNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, nth) => `r${nth}.example`)

const mirrorUrls = (registry: string): readonly string[] =>
  Array.from({ length: MIRRORS }, (_, nth) => `https://m${nth}.${registry}`)

/** Writes a list of so many registries with four mirrors each; returns its path. */
export async function writeList(folder: string, registries: number): Promise<string> {
  const tables = registryNames(registries).map(name => {
    const urls = mirrorUrls(name).map(url => JSON.stringify(url))
    return `[registries."${name}"]\nmirrors = [${urls.join(', ')}]\n`
  })
  const file = path.join(folder, `${registries}.toml`)
  const text = `version = 1\n\n${tables.join('\n')}\n[targets.containerd]\nversion = "2.1"\n`
  await fs.writeFile(file, text, { mode: 0o644 })
  return file
}

/** Makes a node anew, without anything that regmirror wrote. */
export async function makeNode(root: string): Promise<void> {
  await fs.rm(root, { recursive: true, force: true })
  await fs.mkdir(path.join(root, 'etc/containerd'), { recursive: true })
  await fs.copyFile(CONFIG, configOf(root))
}

export function configOf(root: string): string {
  return path.join(root, 'etc/containerd/config.toml')
}

/** Writes a list of one registry with these mirrors, which has no other server. */
export async function writeMirrors(file: string, origins: readonly string[]): Promise<void> {
  const urls = origins.map(origin => JSON.stringify(origin)).join(', ')
  const registry = `[registries."r.example"]\nfallback = false\nmirrors = [${urls}]\n`
  await fs.writeFile(file, `version = 1\n${registry}`, { mode: 0o644 })
}
