/**
 * Container images made in memory: tiny layers, the same bytes every time for the same arguments.
 */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

/** Bytes a registry serves under their digest (`sha256:<hex>`). */
export interface Blob {
  readonly mediaType: string
  readonly digest: string
  readonly bytes: Buffer
}

export interface Image {
  /** Without the registry: `library/busybox`. */
  readonly repository: string
  readonly tag: string
  readonly manifest: Blob
  /** The config, then the layers. */
  readonly blobs: readonly Blob[]
}

const OCI = 'application/vnd.oci.image'
const TAR_BLOCK = 512

/**
 * An image for the platform of this machine. Each layer holds one file, `/content`, with one of the texts. Images with
 * different texts have different digests.
 */
export function buildImage(
  repository: string,
  tag = 'latest',
  content: string | readonly string[] = `${repository}:${tag}\n`,
): Image {
  const tars = [content].flat().map(text => tarOf('content', text))
  const layers = tars.map(tar => blob(`${OCI}.layer.v1.tar+gzip`, gzipSync(tar)))
  const config = jsonBlob(`${OCI}.config.v1+json`, {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Cmd: ['/content'] },
    rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
  })
  const manifest = jsonBlob(`${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: descriptor(config),
    layers: layers.map(descriptor),
  })
  return { repository, tag, manifest, blobs: [config, ...layers] }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function blob(mediaType: string, bytes: Buffer): Blob {
  return { mediaType, digest: digestOf(bytes), bytes }
}

function jsonBlob(mediaType: string, value: object): Blob {
  return blob(mediaType, Buffer.from(JSON.stringify(value)))
}

function descriptor({ mediaType, digest, bytes }: Blob): object {
  return { mediaType, digest, size: bytes.length }
}

/** A ustar archive with one file, owned by root, dated 1970. */
function tarOf(name: string, content: string): Buffer {
  const bytes = Buffer.from(content)
  const body = Buffer.alloc(Math.ceil(bytes.length / TAR_BLOCK) * TAR_BLOCK)
  bytes.copy(body)
  return Buffer.concat([tarHeader(name, bytes.length), body, Buffer.alloc(2 * TAR_BLOCK)])
}

function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(TAR_BLOCK)
  header.write(name, 0)
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  // The checksum is taken with its own field full of spaces.
  header.write('        ', 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}
