/**
 * Who resolves a name: Go itself or the C library (net/conf.go hostLookupOrder, net/nss.go@go1.24, built with cgo as
 * Debian's containerd is). Pure.
 */
import type { DnsSettings } from './resolv-conf.ts'

/** `system`: the C library. */
export type LookupOrder = 'files dns' | 'dns files' | 'files' | 'dns' | 'system'

/** What the choice depends on besides the name. */
export interface NameSystem {
  /** Text of /etc/nsswitch.conf; undefined: none is there; null: it cannot be read. */
  readonly nsswitch: string | undefined | null
  readonly dns: DnsSettings
  /** Whether there is a /etc/mdns.allow. */
  readonly mdnsAllow: boolean
  readonly hostName: string
  readonly env: Readonly<Record<string, string | undefined>>
}

interface Source {
  readonly name: string
  /** What stands in brackets behind it, in lower case. */
  readonly actions: readonly string[]
}

export function lookupOrder(name: string, system: NameSystem): LookupOrder {
  const { nsswitch, dns, env } = system
  const forced = env.LOCALDOMAIN !== undefined || Boolean(env.RES_OPTIONS) || Boolean(env.HOSTALIASES)
  if (forced || dns.foreign || /[\\%]/.test(name)) return 'system'
  const sources = nsswitch === null ? undefined : hostSources(nsswitch ?? '')
  if (sources === undefined) return 'system'
  if (sources.length === 0) return 'files dns'
  if (sources.some(source => needsSystem(source, name.replace(/\.$/, ''), system))) return 'system'
  return orderOf(sources.map(source => source.name).filter(isOwn))
}

function orderOf(own: readonly string[]): LookupOrder {
  const [first] = own
  if (first === undefined) return 'system'
  if (!own.includes('dns')) return 'files'
  if (!own.includes('files')) return 'dns'
  return first === 'files' ? 'files dns' : 'dns files'
}

function isOwn(source: string): boolean {
  return source === 'files' || source === 'dns'
}

/** Sources that would have nothing to say about this name are passed over. */
function needsSystem({ name: source, actions }: Source, name: string, system: NameSystem): boolean {
  if (isOwn(source)) return !actions.every((action, i) => isStandard(action, i === actions.length - 1))
  if (source === 'myhostname') return isOfThisHost(name, system.hostName)
  if (source.startsWith('mdns')) return /\.local$/i.test(name) || system.mdnsAllow
  return true
}

/** What nss-myhostname resolves: systemd's special names, and the name of the machine. */
function isOfThisHost(name: string, hostName: string): boolean {
  const lower = name.toLowerCase()
  return (
    /^(.*\.)?localhost(\.localdomain)?$/.test(lower) ||
    ['gateway', '_gateway', '_outbound', hostName.toLowerCase()].includes(lower)
  )
}

/** Whether an action is what would be done without it (nsswitch.conf(5)); behind the last, `return` is. */
function isStandard(action: string, last: boolean): boolean {
  const [status = '', does] = action.split('=')
  const usual = { success: 'return', notfound: 'continue', unavail: 'continue', tryagain: 'continue' }[status]
  return usual !== undefined && (does === usual || (last && does === 'return'))
}

/** The sources of the line `hosts:`; undefined: the file makes no sense. */
function hostSources(text: string): readonly Source[] | undefined {
  const lines = text.split('\n').map(line => line.replace(/#.*/, '').trim())
  const written = lines.filter(line => line !== '')
  if (written.some(line => !line.includes(':'))) return undefined
  const hosts = written.filter(line => /^hosts\s*:/.test(line)).map(line => line.replace(/^hosts\s*:/, ''))
  const sources = hosts.flatMap(sourcesIn)
  return sources.includes(undefined) ? undefined : (sources as Source[])
}

function sourcesIn(line: string): readonly (Source | undefined)[] {
  const parts = line.trim().matchAll(/([^\s[\]]+)\s*(?:\[([^\]]*)\])?|\S+/g)
  return [...parts].map(([, name, brackets = '']) => {
    const actions = brackets.toLowerCase().split(/\s+/).filter(Boolean)
    const sound = name !== undefined && actions.every(action => /^!?[^=]+=./.test(action))
    return sound ? { name, actions } : undefined
  })
}
