/**
 * Whether Go itself or the C library resolves a name (net/conf.go hostLookupOrder, net/nss.go@go1.24, built with cgo as
 * Debian's containerd is). Pure.
 */
import type { DnsSettings } from './resolv-conf.ts'

/** `system`: the C library. */
export type LookupOrder = 'files dns' | 'dns files' | 'files' | 'dns' | 'system'

/** What the choice depends on besides the name. */
export interface OrderSettings {
  /** Text of /etc/nsswitch.conf; undefined: there is none; null: it cannot be read. */
  readonly nsswitch: string | undefined | null
  readonly dns: DnsSettings
  /** Whether /etc/mdns.allow exists. */
  readonly mdnsAllow: boolean
  readonly hostName: string
  readonly env: Readonly<Record<string, string | undefined>>
}

interface Source {
  readonly name: string
  /** The actions in brackets after the name, in lower case. */
  readonly actions: readonly string[]
}

export function lookupOrder(name: string, settings: OrderSettings): LookupOrder {
  const { nsswitch, dns, env } = settings
  const forced = env.LOCALDOMAIN !== undefined || Boolean(env.RES_OPTIONS) || Boolean(env.HOSTALIASES)
  if (forced || dns.needsLibc || /[\\%]/.test(name)) return 'system'
  const sources = nsswitch === null ? undefined : parseHostSources(nsswitch ?? '')
  if (sources === undefined) return 'system'
  if (sources.length === 0) return 'files dns'
  if (sources.some(source => needsLibc(source, name.replace(/\.$/, ''), settings))) return 'system'
  return orderFrom(sources.map(source => source.name).filter(isBuiltIn))
}

function orderFrom(builtIn: readonly string[]): LookupOrder {
  const [first] = builtIn
  if (first === undefined) return 'system'
  if (!builtIn.includes('dns')) return 'files'
  if (!builtIn.includes('files')) return 'dns'
  return first === 'files' ? 'files dns' : 'dns files'
}

function isBuiltIn(source: string): boolean {
  return source === 'files' || source === 'dns'
}

/** Sources that cannot know the name are ignored. */
function needsLibc({ name: source, actions }: Source, name: string, settings: OrderSettings): boolean {
  if (isBuiltIn(source)) return !actions.every((action, i) => isDefault(action, i === actions.length - 1))
  if (source === 'myhostname') return isThisHost(name, settings.hostName)
  if (source.startsWith('mdns')) return /\.local$/i.test(name) || settings.mdnsAllow
  return true
}

/** What nss-myhostname resolves: systemd's special names, and the name of the machine. */
function isThisHost(name: string, hostName: string): boolean {
  const lower = name.toLowerCase()
  return (
    /^(.*\.)?localhost(\.localdomain)?$/.test(lower) ||
    ['gateway', '_gateway', '_outbound', hostName.toLowerCase()].includes(lower)
  )
}

/** Whether an action is the default (nsswitch.conf(5)); after the last source, `return` changes nothing either. */
function isDefault(action: string, last: boolean): boolean {
  const [status = '', does] = action.split('=')
  const usual = { success: 'return', notfound: 'continue', unavail: 'continue', tryagain: 'continue' }[status]
  return usual !== undefined && (does === usual || (last && does === 'return'))
}

/** The sources of the line `hosts:`; undefined: the file is invalid. */
function parseHostSources(text: string): readonly Source[] | undefined {
  const lines = text.split('\n').map(line => line.replace(/#.*/, '').trim())
  const written = lines.filter(line => line !== '')
  if (written.some(line => !line.includes(':'))) return undefined
  const hosts = written.filter(line => /^hosts\s*:/.test(line)).map(line => line.replace(/^hosts\s*:/, ''))
  const sources = hosts.flatMap(parseSources)
  return sources.includes(undefined) ? undefined : (sources as Source[])
}

function parseSources(line: string): readonly (Source | undefined)[] {
  const words = line.trim().matchAll(/([^\s[\]]+)\s*(?:\[([^\]]*)\])?|\S+/g)
  return [...words].map(([, name, brackets = '']) => {
    const actions = brackets.toLowerCase().split(/\s+/).filter(Boolean)
    const valid = name !== undefined && actions.every(action => /^!?[^=]+=./.test(action))
    return valid ? { name, actions } : undefined
  })
}
