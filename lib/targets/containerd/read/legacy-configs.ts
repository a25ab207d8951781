/** `registry.configs` of config.toml: logins, and what a list cannot hold. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import type { FoundEndpoint, Loss } from '../../../model/read-back.ts'
import type { Release } from '../../release.ts'
import { type EffectiveRegistry, placeOfSetting, type Section, valueAt } from '../config/merge.ts'

export type Login = NonNullable<FoundEndpoint['login']>

/** By the host of the endpoint. */
export function loginsIn(registry: EffectiveRegistry): ReadonlyMap<string, Login> {
  return new Map(
    authsIn(registry).flatMap(({ host, auth }) => {
      const login = loginOf(auth)
      return login === undefined ? [] : [[host, login] as const]
    }),
  )
}

interface Auth {
  readonly host: string
  readonly auth: Readonly<Record<string, unknown>>
  readonly section: Section
  readonly key: readonly string[]
}

function authsIn({ sections }: EffectiveRegistry): readonly Auth[] {
  return sections.flatMap(section =>
    ['configs', 'auths'].flatMap(key => {
      const table = valueAt(section.file, [...section.table, key])
      if (!isTable(table)) return []
      return Object.entries(table).flatMap(([host, entry]) => {
        const auth = key === 'auths' ? entry : isTable(entry) ? entry.auth : undefined
        const path = key === 'auths' ? [key, host] : [key, host, 'auth']
        return isTable(auth) ? [{ host: host.replace(/^https?:\/\//, ''), auth, section, key: path }] : []
      })
    }),
  )
}

function loginOf({ username, password, auth }: Auth['auth']): Login | undefined {
  if (typeof username === 'string' && typeof password === 'string' && username !== '') {
    return { user: username, password }
  }
  const text = typeof auth === 'string' ? Buffer.from(auth, 'base64').toString('utf8') : ''
  const [, user, decoded] = /^([^:]+):(.*)$/s.exec(text) ?? []
  return user === undefined || decoded === undefined ? undefined : { user, password: decoded }
}

/** What does not reach the list. */
export function configLosses(
  registry: EffectiveRegistry,
  reader: Release,
  keepsLogins: boolean,
): readonly Loss[] {
  return [
    ...authsIn(registry).flatMap(auth => loginLoss(auth, keepsLogins)),
    ...(reader.major < 2 ? [] : ignoredTls(registry)),
    ...registry.sections.flatMap(sectionLosses),
  ]
}

function loginLoss({ host, auth, section, key }: Auth, keepsLogins: boolean): readonly Loss[] {
  const at = placeOfSetting({ file: section.file, path: [...section.table, ...key] })
  if (keepsLogins) {
    const message = `the login for ${host} is not in the list: it stays in this file, where containerd (1.5 to 2.3) uses it beside config_path`
    return [{ ...at, message, hint: MOVE_LOGIN }]
  }
  if (loginOf(auth) !== undefined) return []
  const message = `the login for ${host} has no user and password`
  return [
    {
      ...at,
      message,
      hint: 'set header = { Authorization = { bearer = { file = "…" } } } in the list if the host accepts a token',
    },
  ]
}

/** regmirror apply --migrate keeps the table. */
const MOVE_LOGIN =
  'to move it, set header = { Authorization = { basic = { user = "…", password = { file = "…" } } } } on the mirror, and run regmirror apply --migrate=headers; regmirror import --from with this file writes such a header'

function ignoredTls({ sections }: EffectiveRegistry): readonly Loss[] {
  return sections.flatMap(({ file, table }) => {
    const configs = valueAt(file, [...table, 'configs'])
    const hosts = isTable(configs) ? Object.entries(configs) : []
    return hosts
      .filter(([, entry]) => isTable(entry) && isTable(entry.tls) && Object.keys(entry.tls).length > 0)
      .map(([host]) => ({
        ...placeOfSetting({ file, path: [...table, 'configs', host, 'tls'] }),
        message: `containerd 2 ignores the TLS settings of ${host}`,
        hint: 'if the host requires them, set ca or client in the list',
      }))
  })
}

/** Keys that only a config.toml has. */
function sectionLosses({ file, table }: Section): readonly Loss[] {
  const headers = valueAt(file, [...table, 'headers'])
  const mirrors = valueAt(file, [...table, 'mirrors'])
  const at = (...key: readonly string[]) => placeOfSetting({ file, path: [...table, ...key] })
  const rewritten = isTable(mirrors)
    ? Object.entries(mirrors).filter(([, one]) => isTable(one) && isTable(one.rewrite))
    : []
  return [
    ...(isTable(headers) && Object.keys(headers).length > 0
      ? [
          {
            ...at('headers'),
            message: 'a list has no headers for every registry',
            hint: 'set header in [defaults] of the list for its mirrors',
          },
        ]
      : []),
    ...rewritten.map(([name]) => ({
      ...at('mirrors', name, 'rewrite'),
      registry: name,
      message: 'a list cannot rewrite names of repositories',
      hint: 'for a prefix, write it into the URL of the mirror: "https://host/v2/prefix"',
    })),
  ]
}
