/** The certificates of mirrors: files of regmirror beside registries.yaml, which names them by absolute paths. Pure. */
import path from 'node:path'
import { sha256Hex } from '../../../model/sha256.ts'
import type { DesiredFile } from '../../target.ts'
import { type HostSettings, isPlain } from './host-settings.ts'

/** k3s reads nothing there by itself; its own certs.d is another directory, which it clears at every start. */
export function certificatesDirectory(config: string): string {
  return `${path.posix.dirname(config)}/regmirror`
}

interface Certificate {
  readonly key: 'ca_file' | 'cert_file' | 'key_file'
  readonly path: string
  readonly text: string
  readonly what: string
}

/**
 * Named after their content: a k3s that still runs with the old hosts.toml never loads a new certificate with an old key.
 * registries.yaml names one file of CAs, which may hold several.
 */
export function certificatesOf(config: string, settings: HostSettings): readonly Certificate[] {
  const { host, connection } = settings
  if (isPlain(connection)) return []
  const at = (kind: string, text: string) =>
    `${certificatesDirectory(config)}/${host}/${kind}-${sha256Hex(Buffer.from(text)).slice(0, 12)}.pem`
  const { ca, client } = connection
  const cas = ca.map(({ text }) => (text.endsWith('\n') ? text : `${text}\n`)).join('')
  const pair = client && client.cert.text + client.key.text
  return [
    ...(ca.length === 0 ? [] : [{ key: 'ca_file', path: at('ca', cas), text: cas, what: 'CA' } as const]),
    ...(client === undefined || pair === undefined
      ? []
      : (
          [
            ['cert_file', 'client', client.cert.text, 'client certificate'],
            ['key_file', 'client-key', client.key.text, 'client key'],
          ] as const
        ).map(([key, kind, text, what]) => ({ key, path: at(kind, pair), text, what }))),
  ]
}

export function certificateFiles(config: string, settings: HostSettings): readonly DesiredFile[] {
  const bundle = `${certificatesDirectory(config)}/${settings.host}`
  return certificatesOf(config, settings).map(({ path: at, text, what }) => ({
    ...{ path: at, content: text, bundle, effect: 'restart', owns: { kind: 'whole' } },
    ...{ secret: /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text), why: `${what} for ${settings.host}` },
  }))
}
