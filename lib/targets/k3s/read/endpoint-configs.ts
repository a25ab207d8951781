/** `configs` of registries.yaml: TLS settings and logins by the host of an endpoint. Pure. */
import { isTable, type Table } from '../../../formats/is-table.ts'
import type { FoundEndpoint, Loss } from '../../../model/read-back.ts'
import { hostOf } from '../../../model/written-url.ts'
import { type FileDocument, lossAt } from '../../file-document.ts'

type Keys = Pick<FoundEndpoint, 'ca' | 'client' | 'skipVerify' | 'login'>

export function endpointKeys(url: string, settings: ReadonlyMap<string, Table>): Keys {
  const { tls, auth } = settings.get(hostOf(url)) ?? settings.get('*') ?? {}
  const login = isTable(auth) ? loginOf(auth) : undefined
  return {
    ...(url.startsWith('https:') && isTable(tls) && tlsKeys(tls)),
    ...(login !== undefined && { login }),
  }
}

function tlsKeys({ ca_file, cert_file, key_file, insecure_skip_verify }: Table): Keys {
  const isPair = isText(cert_file) && isText(key_file)
  return {
    ...(isText(ca_file) && { ca: [ca_file] }),
    ...(isPair && { client: { cert: cert_file, key: key_file } }),
    ...(insecure_skip_verify === true && { skipVerify: true }),
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** `auth` is the Base64 of user and password. */
function loginOf({ username, password, auth }: Table): Keys['login'] {
  if (isText(username) && isText(password)) return { user: username, password }
  const decoded = isText(auth) ? Buffer.from(auth, 'base64').toString('utf8') : ''
  const [, user, secret] = /^([^:]+):(.+)$/s.exec(decoded) ?? []
  return user === undefined || secret === undefined ? undefined : { user, password: secret }
}

export function loginLosses(document: FileDocument, settings: ReadonlyMap<string, Table>): readonly Loss[] {
  return [...settings].flatMap(([host, { auth }]) => {
    if (!isTable(auth)) return []
    const known = loginOf(auth) !== undefined
    const message = known
      ? `the list sends the login for ${host} with every request, also where the host does not require it`
      : `the login for ${host} has no user and password`
    const hint = known
      ? 'remove the header from the list if pods bring their own credentials'
      : 'if the host accepts a token, set header = { Authorization = { bearer = { file = "…" } } } in the list'
    return [lossAt(document, ['configs', host, 'auth'], message, hint)]
  })
}
