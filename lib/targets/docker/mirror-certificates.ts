/**
 * Certificates for mirrors in daemon.json: `certs.d/<host>/`, where each `.crt` is a CA, and each `.cert` with its `.key` a
 * client certificate (registry/registry.go:66-118@v28.5.2). Read at every pull. Pure.
 */
import type { Mirror, Registry } from '../../model/registry.ts'
import { sha256Hex } from '../../model/sha256.ts'
import type { DesiredFile } from '../target.ts'
import { hostOf } from './config.ts'

/** Docker reads none of them for a host that it does not verify. */
export function mirrorCertificates({ mirrors }: Registry, certsDir: string): readonly DesiredFile[] {
  const files = mirrors.filter(({ skipVerify }) => !skipVerify).flatMap(mirror => filesOf(mirror, certsDir))
  return [...new Map(files.map(file => [file.path, file])).values()]
}

/** Named after the content: a renewed certificate is never used with the old key. */
function filesOf(mirror: Mirror, certsDir: string): readonly DesiredFile[] {
  const host = hostOf(mirror)
  const bundle = `${certsDir}/${host}`
  const file = (name: string, content: string, what: string, after: readonly string[] = []): DesiredFile => ({
    ...{ path: `${bundle}/${name}`, content, bundle, effect: 'immediate' },
    secret: /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(content),
    why: `${what} for ${host}`,
    ...(after.length > 0 && { after }),
    owns: { kind: 'whole' },
  })
  const ca = mirror.ca.map(({ text }) => file(`ca-${shortDigest(text)}.crt`, text, 'CA'))
  if (mirror.client === undefined) return ca
  const { cert, key } = mirror.client
  const name = `client-${shortDigest(cert.text)}`
  const pair = [
    file(`${name}.key`, key.text, 'client key'),
    file(`${name}.cert`, cert.text, 'client certificate', [`${bundle}/${name}.key`]),
  ]
  return [...ca, ...pair]
}

function shortDigest(text: string): string {
  return sha256Hex(Buffer.from(text)).slice(0, 12)
}
