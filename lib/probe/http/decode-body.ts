/** Removes the encodings of a body as Go and containerd do, part by part. */
import zlib from 'node:zlib'
import { codedError } from '../../system/coded-error.ts'
import { CUT_OFF, INVALID_ENCODING, UNKNOWN_ENCODING } from '../connection/error-codes.ts'

export interface BodySink {
  /** False once no more is needed. */
  add(part: Buffer): boolean
  /** Pending while there is more than it can take; rejects if a part is invalid. */
  relief(): Promise<void> | undefined
  /** After the last part. False if not all of the body was needed; rejects if it is invalid or incomplete. */
  end(): Promise<boolean>
}

type Decoder = zlib.Gunzip | zlib.InflateRaw | zlib.ZstdDecompress

const DECODERS: ReadonlyMap<string, () => Decoder> = new Map<string, () => Decoder>([
  ['gzip', zlib.createGunzip],
  // Without the header of zlib, as Go reads it.
  ['deflate', zlib.createInflateRaw],
  ['zstd', zlib.createZstdDecompress],
])

/**
 * Decodes the encodings that a Content-Encoding names, the last one first; throws UNKNOWN_ENCODING for another one.
 * What is cut off rejects as a connection does that is cut off.
 */
export function decodeInto(sink: BodySink, contentEncoding: string): BodySink {
  return contentEncoding
    .toLowerCase()
    .split(/[ \t,]+/)
    .filter(name => name !== '' && name !== 'identity')
    .reduce((next, name) => decodingSink(openDecoder(name), next), sink)
}

function openDecoder(name: string): Decoder {
  const open = DECODERS.get(name)
  if (open === undefined) throw Object.assign(codedError(UNKNOWN_ENCODING), { encoding: name })
  return open()
}

function decodingSink(decoder: Decoder, next: BodySink): BodySink {
  let isOpen = true
  let written: Promise<void> | undefined
  const ended = new Promise<void>((resolve, reject) => {
    decoder.on('data', (part: Buffer) => {
      if (!isOpen || next.add(part)) return
      isOpen = false
      decoder.destroy()
      resolve()
    })
    decoder.on('end', resolve)
    decoder.on('error', ({ code }: NodeJS.ErrnoException) =>
      reject(codedError(code === 'Z_BUF_ERROR' ? CUT_OFF : INVALID_ENCODING)),
    )
  })
  // It may reject before anything waits for it.
  ended.catch(() => {})
  return {
    add: part => {
      if (isOpen) written = new Promise(resolve => decoder.write(part, () => resolve()))
      return isOpen
    },
    relief: () => Promise.race([written, ended]),
    end: async () => {
      if (isOpen) decoder.end()
      await ended
      return (await next.end()) && isOpen
    },
  }
}
