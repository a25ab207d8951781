/**
 * The system's certificates, read as the runtime reads them: crypto/x509/root_linux.go and root_unix.go@go1.24. Node reads
 * them once in a process (tls.getCACertificates), and only where its own OpenSSL looks.
 */
import { X509Certificate } from 'node:crypto'
import path from 'node:path'
import { mapConcurrently } from '../../system/concurrency.ts'
import { readStamp } from '../../system/disk.ts'
import { openTree } from '../../system/files.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** PEM texts, one certificate each. */
export type Roots = readonly string[]

/** Of Debian, Fedora, openSUSE, OpenELEC, RHEL and Alpine: the first that can be read counts. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]
/** Every file in them counts too. */
const DIRECTORIES = ['/etc/ssl/certs', '/etc/pki/tls/certs']

const here = openTree('/')

/** Files are read again when one of them has changed, and in any case once in so many milliseconds. */
const READ_MS = 3_600_000

export interface RootsReader {
  /** The same array for as long as the certificates are the same. */
  read(): Promise<Roots>
  /** Has the files read the next time, whether or not they look changed. */
  expire(): void
}

/** `now`: milliseconds of the monotonic clock. */
export function openRoots(env: Environment, now: () => number): RootsReader {
  let roots: Roots = []
  let last = { stamps: '', at: Number.NEGATIVE_INFINITY }
  return {
    read: async () => {
      const places = await look(env)
      const stamps = [...places.bundles, ...places.others]
        .map(({ file, stamp }) => `${file} ${stamp}`)
        .join('\n')
      if (stamps === last.stamps && now() - last.at < READ_MS) return roots
      last = { stamps, at: now() }
      const found = await read(places)
      if (found.join() !== roots.join()) roots = found
      return roots
    },
    expire: () => {
      last = { stamps: '', at: Number.NEGATIVE_INFINITY }
    },
  }
}

interface Found {
  readonly file: string
  readonly stamp: string
}

interface Places {
  readonly bundles: readonly Found[]
  readonly others: readonly Found[]
}

/** Where certificates are now. Reads none of them: a look costs a few milliseconds. */
async function look({ SSL_CERT_FILE: file, SSL_CERT_DIR: directory }: Environment): Promise<Places> {
  const directories = directory ? directory.split(':').filter(Boolean) : DIRECTORIES
  const names = await Promise.all(directories.map(filesIn))
  return { bundles: await stamped(file ? [file] : BUNDLES), others: await stamped(names.flat()) }
}

async function filesIn(directory: string): Promise<readonly string[]> {
  const entries = (await here.entries(path.resolve(directory)).catch(() => undefined)) ?? []
  return entries.map(({ name }) => path.join(directory, name))
}

/** Those that are there; a file that has several names, as in a directory of hash links, comes once. */
async function stamped(files: readonly string[]): Promise<readonly Found[]> {
  const stamps = await mapConcurrently(files, file => readStamp(path.resolve(file)).catch(() => undefined))
  const found = new Map<string, Found>()
  for (const [i, file] of files.entries()) {
    const stamp = stamps[i]
    if (stamp !== undefined && !found.has(stamp)) found.set(stamp, { file, stamp })
  }
  return [...found.values()]
}

async function read({ bundles, others }: Places): Promise<Roots> {
  const bundle = await firstOf(bundles)
  const rest = others.filter(({ stamp }) => stamp !== bundle?.stamp)
  const texts = await mapConcurrently(rest, ({ file }) => textOf(file))
  return certificatesIn([bundle?.text ?? '', ...texts.map(text => text ?? '')])
}

async function firstOf(bundles: readonly Found[]) {
  for (const { file, stamp } of bundles) {
    const text = await textOf(file)
    if (text !== undefined) return { stamp, text }
  }
  return undefined
}

/** Undefined where it cannot be read: the runtime goes on without it, too. */
async function textOf(file: string): Promise<string | undefined> {
  const bytes = await here.read(path.resolve(file)).catch(() => undefined)
  return bytes?.toString('latin1')
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** Each once, and none that is broken: Go skips those, OpenSSL would take none of the others either. */
function certificatesIn(texts: readonly string[]): Roots {
  const blocks = texts.flatMap(text => text.match(BLOCK) ?? [])
  return [...new Set(blocks)].filter(isCertificate)
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).raw.length > 0
  } catch {
    return false
  }
}
