/** The keys of hosts.toml that name certificates in Docker's form. Pure. */

/** `.crt` is a CA, `.cert` a client certificate, whose key is beside it. */
export function isCertificate(name: string): boolean {
  return /\.(crt|cert)$/.test(name)
}

/** `ca = "ca.crt" and client = [["client.cert", "client.key"]]`. */
export function certificateKeys(names: readonly string[], entries: readonly string[]): string {
  const cas = names.filter(name => name.endsWith('.crt')).map(name => JSON.stringify(name))
  const pairs = names
    .filter(name => name.endsWith('.cert'))
    .map(name => [name, name.replace(/\.cert$/, '.key')].filter(file => entries.includes(file)))
    .map(files => `[${files.map(file => JSON.stringify(file)).join(', ')}]`)
  const ca = cas.length === 1 ? cas[0] : `[${cas.join(', ')}]`
  return [
    ...(cas.length > 0 ? [`ca = ${ca}`] : []),
    ...(pairs.length > 0 ? [`client = [${pairs.join(', ')}]`] : []),
  ].join(' and ')
}
