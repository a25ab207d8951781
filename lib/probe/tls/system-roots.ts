/**
 * The system's certificates, read as the runtime reads them: crypto/x509/root_linux.go and root_unix.go@go1.24. Node
 * reads them once in a process (tls.getCACertificates), and only from the places of its own OpenSSL.
 */
import { X509Certificate } from 'node:crypto'
import path from 'node:path'
import { mapConcurrently } from '../../system/concurrency.ts'
import { readStamp } from '../../system/read-disk.ts'
import { openReader } from '../../system/reader.ts'
import { certificateBlocks } from '../x509/pem.ts'

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

const tree = openReader('/')

/** Files are read again when one of them has changed, and at the latest after this time. */
const MAX_AGE_MS = 3_600_000

export interface RootsReader {
  /** The same array for as long as the certificates are the same. */
  read(): Promise<Roots>
  /** Makes the next call read the files, whether or not they look changed. */
  expire(): void
}

const NEVER_READ = { stamps: '', at: Number.NEGATIVE_INFINITY }

/** `now`: milliseconds of the monotonic clock. */
export function openRoots(env: Environment, now: () => number): RootsReader {
  let roots: Roots = []
  let last = NEVER_READ
  return {
    read: async () => {
      const files = await findFiles(env)
      const stamps = [...files.bundles, ...files.others]
        .map(({ file, stamp }) => `${file} ${stamp}`)
        .join('\n')
      if (stamps === last.stamps && now() - last.at < MAX_AGE_MS) return roots
      last = { stamps, at: now() }
      const found = await readCertificates(files)
      if (found.join() !== roots.join()) roots = found
      return roots
    },
    expire: () => {
      last = NEVER_READ
    },
  }
}

interface StampedFile {
  readonly file: string
  readonly stamp: string
}

interface RootFiles {
  readonly bundles: readonly StampedFile[]
  readonly others: readonly StampedFile[]
}

/** Finds the files without reading them, which takes only a few milliseconds. */
async function findFiles({ SSL_CERT_FILE: file, SSL_CERT_DIR: directory }: Environment): Promise<RootFiles> {
  const directories = directory ? directory.split(':').filter(Boolean) : DIRECTORIES
  const names = await Promise.all(directories.map(listFiles))
  return { bundles: await stampFiles(file ? [file] : BUNDLES), others: await stampFiles(names.flat()) }
}

async function listFiles(directory: string): Promise<readonly string[]> {
  const entries = (await tree.entries(path.resolve(directory)).catch(() => undefined)) ?? []
  return entries.map(({ name }) => path.join(directory, name))
}

/** The files that exist; a file with several names, as in a directory of hash links, comes once. */
async function stampFiles(files: readonly string[]): Promise<readonly StampedFile[]> {
  const stamps = await mapConcurrently(files, file => readStamp(path.resolve(file)).catch(() => undefined))
  const found = new Map<string, StampedFile>()
  for (const [i, file] of files.entries()) {
    const stamp = stamps[i]
    if (stamp !== undefined && !found.has(stamp)) found.set(stamp, { file, stamp })
  }
  return [...found.values()]
}

async function readCertificates({ bundles, others }: RootFiles): Promise<Roots> {
  const bundle = await readFirst(bundles)
  const rest = others.filter(({ stamp }) => stamp !== bundle?.stamp)
  const texts = await mapConcurrently(rest, ({ file }) => readText(file))
  return extractCertificates([bundle?.text ?? '', ...texts.map(text => text ?? '')])
}

async function readFirst(bundles: readonly StampedFile[]) {
  for (const { file, stamp } of bundles) {
    const text = await readText(file)
    if (text !== undefined) return { stamp, text }
  }
  return undefined
}

/** Undefined if it cannot be read: the runtime ignores such a file too. */
async function readText(file: string): Promise<string | undefined> {
  const bytes = await tree.read(path.resolve(file)).catch(() => undefined)
  return bytes?.toString('latin1')
}

/** Without duplicates and without broken ones: Go skips those, OpenSSL would reject the others with them. */
function extractCertificates(texts: readonly string[]): Roots {
  return [...new Set(texts.flatMap(certificateBlocks))].filter(isCertificate)
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).raw.length > 0
  } catch {
    return false
  }
}
