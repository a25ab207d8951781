/** The certificates of mirrors: files of regmirror beside buildkitd.toml, which names them by absolute paths. Pure. */
import path from 'node:path'
import type { Connection } from '../../../model/registry.ts'
import { sha256Hex } from '../../../model/sha256.ts'
import type { DesiredFile } from '../../target.ts'
import type { HostTable } from './host-tables.ts'

/** The paths that the table of a host names. */
export interface CertificatePaths {
  readonly ca: readonly string[]
  readonly keypair: readonly { readonly cert: string; readonly key: string }[]
}

/** Where they are; buildkitd reads nothing there by itself. */
export function certificatesDirectory(config: string): string {
  return `${path.posix.dirname(config)}/certs.d`
}

/** Certificates mean nothing over http. */
function usesTls(connection: Connection | undefined): connection is Connection {
  return connection?.base.origin.startsWith('https:') === true
}

/**
 * They are named after their content: a renewed certificate is a new file, so a buildkitd that still runs with the old
 * buildkitd.toml never loads a new certificate with an old key.
 */
export function certificatePaths(config: string, { name, connection }: HostTable): CertificatePaths {
  if (!usesTls(connection)) return { ca: [], keypair: [] }
  const directory = `${certificatesDirectory(config)}/${name}`
  const { ca, client } = connection
  const cert = client && `${directory}/${fileName('client', client.cert.text)}`
  return {
    ca: [...new Set(ca.map(({ text }) => `${directory}/${fileName('ca', text)}`))],
    keypair: cert === undefined ? [] : [{ cert, key: cert.replace(/\.pem$/, '-key.pem') }],
  }
}

function fileName(kind: string, text: string): string {
  return `${kind}-${sha256Hex(Buffer.from(text)).slice(0, 12)}.pem`
}

export function certificateFiles(config: string, table: HostTable): readonly DesiredFile[] {
  const { name, connection } = table
  if (!usesTls(connection)) return []
  const bundle = `${certificatesDirectory(config)}/${name}`
  const { ca, keypair } = certificatePaths(config, table)
  const file = (at: string, text: string, what: string, isKey: boolean): DesiredFile => ({
    ...{ path: at, content: text, bundle, effect: 'restart', owns: { kind: 'whole' } },
    ...{ secret: isKey || holdsKey(text), why: `${what} for ${name}` },
  })
  const cas = ca.flatMap(at => {
    const found = connection.ca.find(({ text }) => at.endsWith(`/${fileName('ca', text)}`))
    return found === undefined ? [] : [file(at, found.text, 'CA', false)]
  })
  const { client } = connection
  const [pair] = keypair
  if (client === undefined || pair === undefined) return cas
  return [
    ...cas,
    file(pair.cert, client.cert.text, 'client certificate', false),
    file(pair.key, client.key.text, 'client key', true),
  ]
}

/** A certificate and its key may be in one file. */
function holdsKey(pem: string): boolean {
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)
}
