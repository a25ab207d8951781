/** Files of containerd that a person names. Pure. */
import path from 'node:path'
import type { ReadBack } from '../../../model/read-back.ts'
import { hostOf } from '../../../model/written-url.ts'
import type { FileDocument } from '../../file-document.ts'
import { parseRelease, type Release } from '../../release.ts'
import { isParsed, parseConfig, readersOf } from '../config/config-toml.ts'
import { readHostsRegistry } from './hosts-registry.ts'
import { readLegacy } from './legacy-registries.ts'

/** The newest of each way in which containerd reads the file. */
const RELEASES = ['2.3.4', '1.7.34'].flatMap(text => parseRelease(text) ?? [])

export function readHostsToml(document: FileDocument): ReadBack {
  const { file, text } = document
  const name = registryName(document)
  if (name === undefined) {
    const hint =
      'save it as hosts.toml in a directory with the name of the registry, such as docker.io/hosts.toml'
    return {
      registries: [],
      losses: [{ file, message: 'neither the path nor server names the registry', hint }],
    }
  }
  const hosts = { text, file, directory: path.dirname(path.resolve(file)), name }
  const read = RELEASES.map(release => readHostsRegistry(hosts, release))
  const found = read.find(one => 'registries' in one)
  if (found !== undefined) return found
  const [refused] = read.flatMap(one => ('refusal' in one ? [one.refusal] : []))
  const { reason = '', line, column } = refused ?? {}
  return {
    registries: [],
    losses: [{ file, line, column, message: `containerd ignores this file: ${reason}`, hint: 'correct it' }],
  }
}

/** The directory of the file is named after the registry. */
function registryName({ file, value }: FileDocument): string | undefined {
  const above = path.basename(path.dirname(path.resolve(file)))
  if (path.basename(file) === 'hosts.toml' && above === '_default') return '*'
  const isHost = /^[\w-]+(\.[\w-]+)+$|:\d+$|^localhost$/.test(above)
  if (path.basename(file) === 'hosts.toml' && isHost) return above.replace(/^(.+)_(\d+)_$/, '$1:$2')
  const host = typeof value.server === 'string' ? hostOf(value.server) : ''
  return host === 'registry-1.docker.io' ? 'docker.io' : host || undefined
}

export function readConfigToml({ file, text }: FileDocument): ReadBack {
  const parsed = parseConfig({ path: file, bytes: Buffer.from(text) }, undefined)
  if (!isParsed(parsed)) return { registries: [], losses: [parsed] }
  const reader = oldest(readersOf(parsed, undefined))
  if (reader === undefined)
    return {
      registries: [],
      losses: [
        { file, message: 'no release of containerd reads this config.toml', hint: 'check its version' },
      ],
    }
  return readLegacy([parsed], reader, { keepsLogins: false })
}

/** 1.x reads more of the older tables. */
function oldest(readers: readonly Release[]): Release | undefined {
  return readers[0]
}
