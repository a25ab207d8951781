/**
 * Reads the endpoints of a registry, with keys and certificates, from the files below certs.d, independently of the code
 * that writes them.
 */
import fs from 'node:fs/promises'
import path from 'node:path'
import TOML from '@iarna/toml'
import { hostOrder } from '../../support/containerd-order.ts'

type Certificates = string | readonly (string | readonly string[])[]

interface Host {
  readonly ca?: Certificates
  readonly client?: Certificates
}

interface HostsFile extends Host {
  readonly server?: string
  readonly host?: Readonly<Record<string, Host>>
}

/** The endpoints in order, each with its keys and the bytes of its certificates, as one text. */
export async function readEndpoints(hostsDir: string, registry: string): Promise<string> {
  const directory = await directoryFor(hostsDir, registry)
  const text = directory && (await readIfExists(path.join(directory, 'hosts.toml')))
  if (directory === undefined || text === undefined) return 'the registry itself'
  const { host = {}, ...root } = TOML.parse(text) as HostsFile
  const endpoints = [...hostOrder(text).map(url => ({ url, ...host[url] })), root]
  return JSON.stringify(await Promise.all(endpoints.map(endpoint => withBytes(directory, endpoint))))
}

/** The first directory that exists: an empty one hides `_default` too (config_unix.go:25-36@v2.3.4). */
async function directoryFor(hostsDir: string, registry: string): Promise<string | undefined> {
  const names = new Set([registry.replace(/:(\d+)$/, '_$1_'), registry, '_default'])
  for (const name of names) {
    const directory = path.join(hostsDir, name)
    const stat = await fs.stat(directory).catch(() => undefined)
    if (stat?.isDirectory()) return directory
  }
  return undefined
}

async function withBytes(directory: string, endpoint: Host): Promise<unknown> {
  const files = namedBy(endpoint)
  const bytes = await Promise.all(files.map(file => readIfExists(path.resolve(directory, file))))
  return { ...endpoint, bytes }
}

function namedBy({ ca = [], client = [] }: Host): readonly string[] {
  return [ca, client].flat(3) as string[]
}

/** Certificates that a hosts.toml names but that do not exist. */
export async function missingCertificates(hostsDir: string): Promise<readonly string[]> {
  const missing: string[] = []
  for (const name of await fs.readdir(hostsDir)) {
    const text = await readIfExists(path.join(hostsDir, name, 'hosts.toml'))
    if (text === undefined) continue
    const { host = {}, ...root } = TOML.parse(text) as HostsFile
    for (const file of [root, ...Object.values(host)].flatMap(namedBy)) {
      if ((await readIfExists(path.resolve(hostsDir, name, file))) === undefined)
        missing.push(`${name}: ${file}`)
    }
  }
  return missing
}

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
