/** What of a host in hosts.toml a list does not have. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { locateKey, locateToml } from '../../../formats/toml/locations.ts'
import type { TomlAst } from '../../../formats/toml/tree-parser.ts'
import type { FoundAt, FoundEndpoint, Loss } from '../../../model/read-back.ts'
import type { HostEntry } from '../../hosts-toml/read/host-entry.ts'
import { wordsIn } from '../../hosts-toml/read/host-faults.ts'
import type { HostKeys } from '../../hosts-toml/read/hosts-keys.ts'
import { credentialLosses } from './host-login.ts'
import type { KeyLoss } from './key-loss.ts'

/** A host, and where it stands. */
export interface WrittenHost {
  readonly entry: HostEntry
  readonly keys: HostKeys
  readonly at: FoundAt
  /** Empty: the root. */
  readonly path: readonly string[]
  readonly named: string
  /** Written as keys that containerd ignores. */
  readonly login?: FoundEndpoint['login']
}

export function hostLosses(host: WrittenHost, ast: TomlAst): readonly Loss[] {
  const { at, path } = host
  const losses = [
    ...[schemeLosses, tlsLosses, pathLosses, pushLosses, oddValues].flatMap(lossesOf => lossesOf(host)),
    ...credentialLosses(host.entry, path, ast),
  ]
  return losses.map(({ key, message, hint }) => ({
    ...at,
    ...(locateKey(ast, [...path, ...key]) ?? locateToml(ast, path)),
    message,
    hint,
  }))
}

function schemeLosses({ entry: { host, scheme }, named }: WrittenHost): readonly KeyLoss[] {
  if (host === '' || /^https?$/.test(scheme)) return []
  const message = `containerd cannot use the host ${named}: its scheme is neither https nor http`
  return [{ key: [], message, hint: 'correct the URL and add it to the list' }]
}

/** The list refuses these keys beside http. */
function tlsLosses({ entry, keys }: WrittenHost): readonly KeyLoss[] {
  if (entry.scheme !== 'http') return []
  return ['ca', 'client', 'skip_verify']
    .filter(key => keys[key] !== undefined && keys[key] !== false)
    .map(key => ({
      key: [key],
      message: `the list leaves out ${key} beside an http URL; with it, containerd 1.7 and later try https first`,
      hint: 'if this host has TLS, write its URL with https:// and the key in the list',
    }))
}

/** containerd appends /v2 where override_path is not set (hosts.go:440-448@v2.3.4). */
function pathLosses({ entry, keys, path }: WrittenHost): readonly KeyLoss[] {
  const prefix = /^(\/.+)\/v2$/.exec(entry.path)?.[1]
  if (path.length === 0 || prefix === undefined || keys.override_path === true) return []
  const hasApi = /\/v2(\/|$)/.test(prefix)
  const meant = `${entry.scheme}://${entry.host}${hasApi ? prefix : `/v2${prefix}`}`
  return [
    {
      key: [],
      message: `without override_path, containerd requests ${entry.path}/<image>/manifests/<tag>, and so does the list`,
      hint: `if this mirror responds with 404, write ${meant} in the list`,
    },
  ]
}

/** A host without capabilities may be pushed to. */
function pushLosses({ entry, keys, path }: WrittenHost): readonly KeyLoss[] {
  const isGiven = Array.isArray(keys.capabilities) && keys.capabilities.length > 0
  return isGiven || entry.host === '' || path.length === 0 ? [] : [{ key: [], ...PUSH }]
}

const PUSH = {
  message: 'without capabilities, this host may also be pushed to; in the list it may pull and resolve',
  hint: 'if images are pushed through it, set capabilities = ["pull", "resolve", "push"]',
}

/** Values that a list has only in part. */
function oddValues({ entry, keys }: WrittenHost): readonly KeyLoss[] {
  const header = isTable(keys.header) ? Object.entries(keys.header) : []
  const referrers = wordsIn(keys.capabilities).includes('referrers')
  const lists = header.filter(([, value]) => Array.isArray(value) && value.length > 1)
  return [
    ...(referrers ? [{ key: ['capabilities'], ...REFERRERS }] : []),
    ...(entry.client.length > 1 ? [{ key: ['client'], ...CLIENTS }] : []),
    ...lists.map(([name]) => ({
      key: ['header', name],
      message: `a list has one value for each header; ${name} keeps its first one`,
      hint: 'join the values with a comma in the file of the header, if the host accepts that',
    })),
  ]
}

const REFERRERS = {
  message: 'a list has no capability "referrers"',
  hint: 'nothing to do: pulls do not use it',
}
const CLIENTS = {
  message: 'a list has one client certificate for each host; it has the first one',
  hint: 'check that the host accepts it',
}
