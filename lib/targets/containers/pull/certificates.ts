/** The certificates that a pull uses for a host (dockerCertDir, image/docker/docker_client.go:162-197@image/v5.39.2). Pure. */
import type { EffectiveEndpoint } from '../../pull-route.ts'
import type { CertificateDirectory, Snapshot } from '../snapshot.ts'

/** The first directory that exists, even if it is empty. */
export function certificateDirectory(
  host: string,
  { places, certificates }: Pick<Snapshot, 'places' | 'certificates'>,
): { readonly path: string; readonly directory: CertificateDirectory } | undefined {
  for (const root of places.certsDirs) {
    const path = `${root}/${host}`
    const directory = certificates.get(path)
    if (directory !== undefined) return { path, directory }
  }
  return undefined
}

export function certificatesOf(
  host: string,
  snapshot: Pick<Snapshot, 'places' | 'certificates'>,
): Pick<EffectiveEndpoint, 'ca' | 'client' | 'problem'> {
  const found = certificateDirectory(host, snapshot)
  if (found === undefined) return { ca: [], client: [] }
  const { path, directory } = found
  const at = (name: string) => `${path}/${name}`
  const certs = directory.entries.filter(name => name.endsWith('.cert'))
  const lone = loneFile(directory)
  return {
    ca: directory.entries.filter(name => name.endsWith('.crt')).map(at),
    client: certs.map(name => ({ cert: at(name), key: at(name.replace(/\.cert$/, '.key')) })),
    ...(lone !== undefined && { problem: `${at(lone.name)} has no ${lone.partner} beside it` }),
  }
}

/** A client certificate without its key, or a key without its certificate: then the endpoint fails. */
export function loneFile({
  entries,
}: Pick<CertificateDirectory, 'entries'>): { readonly name: string; readonly partner: string } | undefined {
  for (const name of entries) {
    const partner = partnerOf(name)
    if (partner !== undefined && !entries.includes(partner)) return { name, partner }
  }
  return undefined
}

function partnerOf(name: string): string | undefined {
  if (name.endsWith('.cert')) return name.replace(/\.cert$/, '.key')
  return name.endsWith('.key') ? name.replace(/\.key$/, '.cert') : undefined
}
