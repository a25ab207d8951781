/**
 * A stream of this process that is written to without blocking.
 *
 * Node buffers everything for a pipe that has no room, and blocks on a terminal. O_NONBLOCK belongs to the open file
 * description, which other processes may share (`2>&1 | tee`, every program on a terminal). So a pipe or terminal is opened
 * again through /proc, which gives a description of its own (proc(5)). A socket cannot be opened that way (ENXIO): it keeps
 * Node's stream, which sets the flag anyway (uv_pipe_open() in src/unix/pipe.c@1.52), and gets nothing more while it has
 * bytes left.
 */
import { constants, fstatSync, openSync, writeSync } from 'node:fs'
import { hasErrno } from '../model/errors.ts'

export interface Outlet {
  /** Writes as many bytes as fit; returns their number. Throws where there is no reader. */
  write(bytes: Buffer): number
  /** Whether written bytes are still on their way. */
  isPending(): boolean
}

/** The outlet of a pipe, terminal or other device; undefined for anything else, and where it cannot be opened again. */
export function openOutlet(fd: number): Outlet | undefined {
  const own = reopen(fd)
  return own === undefined ? undefined : { write: bytes => writeNow(own, bytes), isPending: () => false }
}

/** Never a file: its second description would start at offset 0 and overwrite it. */
function reopen(fd: number): number | undefined {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants
  try {
    const stat = fstatSync(fd)
    if (!stat.isFIFO() && !stat.isCharacterDevice()) return undefined
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch (error) {
    // A terminal of another user, a pipe without a reader, no /proc.
    if (hasErrno(error)) return undefined
    throw error
  }
}

function writeNow(fd: number, bytes: Buffer): number {
  try {
    return writeSync(fd, bytes)
  } catch (error) {
    if (hasErrno(error) && error.code === 'EAGAIN') return 0
    throw error
  }
}

/** The outlet of a stream that Node writes to. */
export function streamOutlet(stream: NodeJS.WriteStream): Outlet {
  return {
    write: bytes => {
      if (stream.destroyed) throw new Error('the stream is closed')
      if (stream.writableNeedDrain) return 0
      stream.write(bytes)
      return bytes.length
    },
    isPending: () => stream.writableLength > 0,
  }
}
