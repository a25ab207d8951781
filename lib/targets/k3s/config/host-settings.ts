/** What a list says about a host: `configs` of registries.yaml has it once for all registries. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Issue } from '../../../model/errors.ts'
import type { Connection, Registry } from '../../../model/registry.ts'

export interface HostSettings {
  /** `host[:port]`. */
  readonly host: string
  readonly connection: Connection
  readonly login: Login | undefined
}

interface Login {
  readonly user: string
  /** A secret. */
  readonly password: string
}

interface HostUse extends HostSettings {
  /** `the mirror of docker.io`. */
  readonly what: string
}

/** Of every host that a registry has an endpoint at, in the order of the list. */
export function hostSettings(registries: readonly Registry[]): readonly HostSettings[] {
  return [...usesByHost(registries).values()].flatMap(uses => joined(uses) ?? [])
}

/** A server beside a mirror of its host has its certificates and its login too. */
function joined(uses: readonly HostUse[]): HostSettings | undefined {
  const [first] = uses
  const { connection: withCa } = uses.find(({ connection }) => connection.ca.length > 0) ?? {}
  const { connection: withClient } = uses.find(({ connection }) => connection.client !== undefined) ?? {}
  return (
    first && {
      host: first.host,
      connection: { ...first.connection, ca: withCa?.ca ?? [], client: withClient?.client },
      login: uses.find(({ login }) => login !== undefined)?.login,
    }
  )
}

function usesByHost(registries: readonly Registry[]): ReadonlyMap<string, readonly HostUse[]> {
  const uses = registries.flatMap(({ name, mirrors, server }) => [
    ...mirrors.map(mirror => useOf(mirror, `the mirror of ${name}`)),
    ...(server?.declared ? [useOf(server, `the server of ${name}`)] : []),
  ])
  return Map.groupBy(uses, ({ host }) => host)
}

function useOf(connection: Connection, what: string): HostUse {
  const host = connection.base.origin.replace(/^https?:\/\//, '')
  return { host, connection, login: loginOf(connection), what }
}

export function isPlain({ base }: Connection): boolean {
  return base.origin.startsWith('http:')
}

/** The login in a static header; undefined where there is none, or it has no user and password. */
function loginOf({ header }: Connection): Login | undefined {
  const value = basicOf({ header })
  const decoded = value === undefined ? '' : Buffer.from(value, 'base64').toString('utf8')
  const [, user, password] = /^([^:]+):(.+)$/s.exec(decoded) ?? []
  return user === undefined || password === undefined ? undefined : { user, password }
}

function basicOf({ header }: Pick<Connection, 'header'>): string | undefined {
  const found = Object.entries(header).find(([name]) => name.toLowerCase() === 'authorization')
  return /^basic\s+(\S+)\s*$/i.exec(found?.[1] ?? '')?.[1]
}

/** What the loss table does not cover: logins that differ, and a server beside a mirror at one host. */
export function hostConflicts(registries: readonly Registry[]): readonly Issue[] {
  return [...usesByHost(registries)].flatMap(([host, uses]) => {
    const [first] = uses
    const other = first && uses.find(use => isOther(first, use))
    const unread = uses.find(({ connection, login }) => basicOf(connection) !== undefined && !login)
    return [
      ...(other === undefined ? [] : [differentIssue(host, first, other)]),
      ...(unread === undefined ? [] : [loginIssue(host, unread)]),
    ]
  })
}

/** The loss table covers the certificates of two mirrors. What a server does not name, it has from a mirror of its host. */
function isOther(a: HostUse, b: HostUse): boolean {
  const [first, second] = [a.connection, b.connection]
  if (!isMirror(first) || !isMirror(second))
    return (
      first.skipVerify !== second.skipVerify ||
      differ(a.login, b.login) ||
      differ(pemOf(first), pemOf(second))
    )
  const isReported = first.base.origin === second.base.origin
  return (
    !isDeepStrictEqual(a.login, b.login) || (!isReported && !isDeepStrictEqual(tlsOf(first), tlsOf(second)))
  )
}

function isMirror(connection: Connection): boolean {
  return 'capabilities' in connection
}

function differ(a: unknown, b: unknown): boolean {
  return a !== undefined && b !== undefined && !isDeepStrictEqual(a, b)
}

function tlsOf(connection: Connection): readonly unknown[] {
  return isPlain(connection) ? [] : [connection.skipVerify, pemOf(connection)]
}

function pemOf({ ca, client }: Connection): readonly unknown[] | undefined {
  if (ca.length === 0 && client === undefined) return undefined
  return [ca.map(({ text }) => text), client?.cert.text, client?.key.text]
}

function differentIssue(host: string, first: HostUse | undefined, other: HostUse): Issue {
  const { file, line, column } = other.connection.place
  const message = `registries.yaml has one set of certificates and one login for ${host}, and ${first?.what} has others than ${other.what}`
  const hint =
    'give both the same ca, client, skip_verify and Authorization, or use another host name for one of them'
  return { file, line, column, message, hint }
}

function loginIssue(host: string, { connection }: HostUse): Issue {
  const { file, line, column } = connection.place
  const message = `the login for ${host} has no user and password, which registries.yaml requires`
  return {
    file,
    line,
    column,
    message,
    hint: 'write Authorization = { basic = { user = "…", password = … } }',
  }
}
