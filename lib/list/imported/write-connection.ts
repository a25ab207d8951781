/** The settings of an endpoint as they are written in a list. Certificates and secrets go to files beside it. */
import type { FoundEndpoint, Loss } from '../../model/read-back.ts'
import type { WrittenConnection, WrittenHeader } from '../written.ts'
import type { FileNames } from './file-names.ts'

export interface ConnectionContext {
  /** Texts of certificates and keys by their paths, or why one cannot be read. */
  readonly pem: ReadonlyMap<string, { readonly text: string } | { readonly why: string }>
  readonly names: FileNames
}

interface Written {
  readonly keys: WrittenConnection
  readonly losses: readonly Loss[]
}

export function writeConnection(found: FoundEndpoint, host: string, context: ConnectionContext): Written {
  const ca = writeCa(found, host, context)
  const client = writeClient(found, host, context)
  const header = writeHeader(found, host, context)
  const dialTimeout = found.dialTimeout && listDuration(found.dialTimeout)
  return {
    keys: {
      ...(ca.files.length > 0 && { ca: ca.files }),
      ...(client.pair && { client: client.pair }),
      ...(found.skipVerify === true && { skip_verify: true }),
      ...(Object.keys(header).length > 0 && { header }),
      ...(dialTimeout && { dial_timeout: dialTimeout }),
    },
    losses: [...ca.losses, ...client.losses],
  }
}

/** The host of a URL with its port. */
export function hostOf(url: string): string {
  return url.replace(/^\w+:\/\//, '').replace(/\/.*/, '')
}

function writeCa({ ca = [], at }: FoundEndpoint, host: string, context: ConnectionContext) {
  const files: string[] = []
  const losses: Loss[] = []
  for (const file of ca) {
    const found = addPem(file, host, PEM.ca, context)
    if (typeof found === 'string') files.push(found)
    else
      losses.push({
        ...at,
        message: `${file} ${found.why}, so the list has no ca for ${host}`,
        hint: `put the CA beside the list and set ca = "${host}-ca.pem"`,
      })
  }
  return { files, losses }
}

function writeClient({ client, at }: FoundEndpoint, host: string, context: ConnectionContext) {
  if (client === undefined) return { losses: [] }
  const cert = addPem(client.cert, host, PEM.cert, context)
  const key = client.key === client.cert ? cert : addPem(client.key, host, PEM.key, context)
  if (typeof cert === 'string' && typeof key === 'string') return { pair: { cert, key }, losses: [] }
  const [file, why] = typeof cert === 'string' ? [client.key, whyOf(key)] : [client.cert, whyOf(cert)]
  const message = `${file} ${why}, so the list has no client certificate for ${host}`
  return {
    losses: [
      {
        ...at,
        message,
        hint: 'put certificate and key beside the list and set client = { cert = "…", key = "…" }',
      },
    ],
  }
}

function whyOf(found: string | { readonly why: string }): string {
  return typeof found === 'string' ? '' : found.why
}

const PEM = {
  ca: { what: 'CA', ending: '-ca.pem' },
  cert: { what: 'client certificate', ending: '-client.pem' },
  key: { what: 'client key', ending: '-client-key.pem' },
}

function addPem(
  file: string,
  host: string,
  { what, ending }: { readonly what: string; readonly ending: string },
  { pem, names }: ConnectionContext,
): string | { readonly why: string } {
  const read = pem.get(file) ?? { why: 'was not read' }
  if ('why' in read) return read
  const secret = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(read.text)
  return names.add({ text: read.text, secret, what: `${what} of ${host}`, copyOf: file }, host, ending)
}

function writeHeader(
  { header = {}, login }: FoundEndpoint,
  host: string,
  { names }: ConnectionContext,
): Readonly<Record<string, WrittenHeader>> {
  const secretFile = (what: string, ending: string, text: string) => ({
    file: names.add({ text: `${text}\n`, secret: true, what: `${what} of ${host}` }, host, ending),
  })
  const written = Object.entries(header).map(([name, value]): [string, WrittenHeader] => [
    name,
    secretFile(`header ${name}`, `.${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`, value),
  ])
  if (login === undefined || written.some(([name]) => /^authorization$/i.test(name)))
    return Object.fromEntries(written)
  const password = secretFile('password', '.password', login.password)
  return { ...Object.fromEntries(written), Authorization: { basic: { user: login.user, password } } }
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** A Go duration with one number and one unit, as a list has it. */
function listDuration(text: string): string {
  if (/^\d+(\.\d+)?(ms|s|m|h)$/.test(text)) return text
  const parts = [...text.matchAll(/(\d*\.?\d+)(ns|us|µs|μs|ms|s|m|h)/g)]
  const total = Math.round(
    parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (UNITS[unit] ?? 0), 0),
  )
  if (parts.length === 0 || text.startsWith('-')) return text
  return total % 1000 === 0 ? `${total / 1000}s` : `${total}ms`
}
