/**
 * stdout and stderr of a command. A text is written immediately, without Node's stream, which takes longer to load than
 * a plan takes. Only a terminal, a socket, and a pipe that is full have the stream.
 */
import { fstatSync, writeSync } from 'node:fs'
import { hasErrno } from '../model/errors.ts'
import type { Sink } from '../model/world.ts'
import { openOutlet } from './nonblocking-output.ts'
import type { IsTerminal } from './terminal.ts'

export interface StandardStream extends Sink {
  /** Waits until everything is written, or has failed. */
  flush(): Promise<void>
}

export interface StreamSource {
  readonly fd: 1 | 2
  readonly isTerminal: IsTerminal
  /** Node's stream of this descriptor. */
  open(): NodeJS.WriteStream
  /** Called for each write that failed. */
  onError(error: NodeJS.ErrnoException): void
}

/** Writes as many bytes as fit now; returns their number. */
type WriteNow = (bytes: Buffer) => number

export function openStandardStream(source: StreamSource): StandardStream {
  let opened: NodeJS.WriteStream | undefined
  const isTTY = source.isTerminal(source.fd)
  const writeNow = isTTY ? undefined : openDirect(source.fd)
  const stream = () => {
    opened ??= source.open().on('error', source.onError)
    return opened
  }
  const write = (text: string) => {
    const bytes = Buffer.from(text)
    const written = opened === undefined && writeNow ? attempt(writeNow, bytes, source) : 0
    if (written < bytes.length) stream().write(bytes.subarray(written))
  }
  return {
    write,
    isTTY,
    get columns() {
      return isTTY ? stream().columns : undefined
    },
    get rows() {
      return isTTY ? stream().rows : undefined
    },
    flush: () => new Promise(done => (opened === undefined ? done() : opened.write('', () => done()))),
  }
}

/** Counts everything as written after an error: a stream drops what follows one too. */
function attempt(writeNow: WriteNow, bytes: Buffer, { onError }: StreamSource): number {
  try {
    return writeNow(bytes)
  } catch (error) {
    if (!hasErrno(error)) throw error
    onError(error)
    return bytes.length
  }
}

/** Undefined for what only a stream can write to. */
function openDirect(fd: number): WriteNow | undefined {
  const outlet = openOutlet(fd)
  if (outlet !== undefined) return outlet.write
  return isFile(fd) ? bytes => writeWhole(fd, bytes) : undefined
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile()
  } catch {
    // It is closed; the stream knows what to do.
    return false
  }
}

/** A file is always ready, but a disk may fill up after a part. */
function writeWhole(fd: number, bytes: Buffer): number {
  let written = 0
  while (written < bytes.length) written += writeSync(fd, bytes, written)
  return written
}
