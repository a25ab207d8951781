/** Certificates of endpoints: `certs.d/<host[:port]>/` with ca.crt, client.cert and client.key. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Connection, Registry } from '../../../model/registry.ts'
import type { DesiredFile } from '../../target.ts'
import type { Snapshot } from '../snapshot.ts'
import { endpointsOf, hostIn, type ListedEndpoint } from './locations.ts'

/** Read at each pull, by a daemon too. */
const EFFECT = 'immediate'

export function certificateFiles(
  registries: readonly Registry[],
  { places }: Pick<Snapshot, 'places'>,
): readonly DesiredFile[] {
  return [...securedHosts(registries)].flatMap(([host, [first]]) =>
    first === undefined ? [] : filesOf(host, first.connection, places.certsDir),
  )
}

/** Endpoints with certificates, by their host: the certificates of a host are there once. */
export function securedHosts(
  registries: readonly Registry[],
): ReadonlyMap<string, readonly ListedEndpoint[]> {
  const hosts = new Map<string, ListedEndpoint[]>()
  for (const endpoint of registries.flatMap(endpointsOf)) {
    const { ca, client } = endpoint.connection
    if (ca.length === 0 && client === undefined) continue
    const host = hostIn(endpoint.location)
    hosts.set(host, [...(hosts.get(host) ?? []), endpoint])
  }
  return hosts
}

/** Two endpoints of one host with other certificates, in one registry too. */
export function certificateConflicts(registries: readonly Registry[]): readonly Issue[] {
  return [...securedHosts(registries)].flatMap(([host, [first, ...others]]) => {
    const other = others.find(
      ({ connection }) => first && contentOf(connection) !== contentOf(first.connection),
    )
    if (first === undefined || other === undefined) return []
    const { file, line, column } = other.connection.place
    const message = `${host} has other certificates at line ${first.connection.place.line}, and certs.d/${host} has them once`
    return [{ file, line, column, message, hint: 'give both the same ca and client' }]
  })
}

function contentOf({ ca, client }: Connection): string {
  return JSON.stringify([ca.map(({ text }) => text), client?.cert.text, client?.key.text])
}

function filesOf(host: string, connection: Connection, certsDir: string): readonly DesiredFile[] {
  const bundle = `${certsDir}/${host}`
  return certificateTexts(connection).map(({ name, text, what }) => ({
    path: `${bundle}/${name}`,
    content: text,
    secret: /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text) || name.endsWith('.key'),
    effect: EFFECT,
    why: `${what} for ${host}`,
    bundle,
    owns: { kind: 'whole' },
  }))
}

/**
 * A CA must end in .crt, a client certificate in .cert with the .key beside it (image/pkg/tlsclientconfig/tlsclientconfig.go
 * SetupCertificates@image/v5.39.2).
 */
export function certificateTexts({ ca, client }: Pick<Connection, 'ca' | 'client'>) {
  const texts = ca.map(({ text }) => (text.endsWith('\n') ? text : `${text}\n`))
  return [
    ...(texts.length === 0 ? [] : [{ name: 'ca.crt', text: texts.join(''), what: 'CA' }]),
    ...(client === undefined
      ? []
      : [
          { name: 'client.cert', text: client.cert.text, what: 'client certificate' },
          { name: 'client.key', text: client.key.text, what: 'client key' },
        ]),
  ]
}
