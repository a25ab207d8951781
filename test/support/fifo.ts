/** A named pipe that is read only when the test reads it. */
import { execFileSync } from 'node:child_process'
import { constants } from 'node:fs'
import fs from 'node:fs/promises'

export interface Fifo extends AsyncDisposable {
  /** For the stdio of a child; blocking, as in a shell. */
  readonly writer: number
  /** Everything that can be read now, or the first bytes of it. */
  read(bytes?: number): Promise<string>
}

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants

export async function openFifo(file: string): Promise<Fifo> {
  execFileSync('mkfifo', [file])
  const reader = await fs.open(file, O_RDONLY | O_NONBLOCK)
  const writer = await fs.open(file, O_WRONLY)
  return {
    writer: writer.fd,
    read: async (bytes = Number.POSITIVE_INFINITY) => {
      const chunks: Buffer[] = []
      for (let left = bytes; left > 0; ) {
        const { bytesRead, buffer } = await reader.read(Buffer.alloc(Math.min(left, 65_536))).catch(emptyRead)
        if (bytesRead === 0) break
        chunks.push(buffer.subarray(0, bytesRead))
        left -= bytesRead
      }
      return Buffer.concat(chunks).toString('utf8')
    },
    [Symbol.asyncDispose]: async () => {
      await reader.close()
      await writer.close()
    },
  }
}

function emptyRead(error: NodeJS.ErrnoException): { bytesRead: number; buffer: Buffer } {
  if (error.code !== 'EAGAIN') throw error
  return { bytesRead: 0, buffer: Buffer.alloc(0) }
}
