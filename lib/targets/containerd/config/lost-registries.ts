/** What older tables of config.toml have that would be lost with them, because the list does not name it. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import type { Issue } from '../../../model/errors.ts'
import { type Connection, DOCKER_HUB, type Registry } from '../../../model/registry.ts'
import { placeOfSetting, type Setting } from './merge.ts'

const IMPORT = 'regmirror import makes a list of what this node has'

/** Registries of `registry.mirrors` that the list does not name; one that only names its own server loses nothing. */
export function lostMirrors(setting: Setting, registries: readonly Registry[]): readonly Issue[] {
  const entries = isTable(setting.value) ? Object.entries(setting.value) : []
  const catchAll = entries.some(([name]) => name === '*')
  return entries
    .filter(([name]) => !isListed(name, registries))
    .filter(([name, entry]) => catchAll || !namesOnlyItself(name, entry))
    .map(([name]) => ({
      ...placeOfSetting({ ...setting, path: [...setting.path, name] }),
      message: `mirrors of ${shown(name)} are in this table, but not in the list`,
      hint: `add "${name}" to the list (${IMPORT}), or remove the table`,
    }))
}

function shown(name: string): string {
  return name === '*' ? 'every other registry ("*")' : name
}

/** "*" of the list is used for every registry without an entry. */
function isListed(name: string, registries: readonly Registry[]): boolean {
  const known = name.toLowerCase() === 'index.docker.io' ? 'docker.io' : name.toLowerCase()
  return registries.some(registry => registry.name === '*' || registry.name === known)
}

function namesOnlyItself(name: string, entry: unknown): boolean {
  const urls = isTable(entry) && Array.isArray(entry.endpoint) ? entry.endpoint.map(String) : []
  const own = name === 'docker.io' ? DOCKER_HUB : `https://${name}`
  return urls.every(url => url.replace(/\/$/, '') === own)
}

/** `configs.<host>.tls` of a host that neither the list nor `registry.mirrors` names. */
export function lostTls(
  setting: Setting,
  mirrors: readonly Setting[],
  registries: readonly Registry[],
): readonly Issue[] {
  const host = setting.path.at(-2) ?? ''
  const isEmpty = !isTable(setting.value) || !Object.values(setting.value).some(Boolean)
  const known = mirrors.some(({ value }) => endpointHosts(value).includes(host))
  if (isEmpty || known || isRegistry(host, registries) || connectionsTo(host, registries).length > 0)
    return []
  const message = `certificates for ${host} are in this table, but the list does not name ${host}`
  const hint = `add "${host}" to the list with a server that has ca or client (${IMPORT}), or remove the table`
  return [{ ...placeOfSetting(setting), message, hint }]
}

/** `configs.<host>.auth` without a header in the list that does the same. */
export function lostAuth(setting: Setting, registries: readonly Registry[]): readonly Issue[] {
  const host = setting.path.at(-2) ?? ''
  const connections = connectionsTo(host, registries)
  const has = ({ header }: Connection) =>
    Object.keys(header).some(name => name.toLowerCase() === 'authorization')
  if (connections.length > 0 && connections.every(has)) return []
  const message = `credentials for ${host} are in this table, but the list has no Authorization header for ${host}`
  const hint = `set header = { Authorization = { file = "…" } } there (${IMPORT}), or keep them: --migrate without "=headers"`
  return [{ ...placeOfSetting(setting), message, hint }]
}

function endpointHosts(mirrors: unknown): readonly string[] {
  const entries = isTable(mirrors) ? Object.values(mirrors) : []
  return entries
    .flatMap(entry => (isTable(entry) && Array.isArray(entry.endpoint) ? entry.endpoint : []))
    .flatMap(url => hostOf(String(url)) ?? [])
}

function hostOf(url: string): string | undefined {
  const whole = url.includes('://') ? url : `https://${url}`
  return URL.canParse(whole) ? new URL(whole).host : undefined
}

function isRegistry(host: string, registries: readonly Registry[]): boolean {
  return registries.some(({ name }) => name === host.toLowerCase())
}

function connectionsTo(host: string, registries: readonly Registry[]): readonly Connection[] {
  const all = registries.flatMap(({ mirrors, server }) => [...mirrors, ...(server ? [server] : [])])
  return all.filter(({ base }) =>
    [new URL(base.origin).host, withPort(base.origin)].includes(host.toLowerCase()),
  )
}

function withPort(origin: string): string {
  const { hostname, port, protocol } = new URL(origin)
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
}
