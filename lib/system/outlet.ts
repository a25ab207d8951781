/**
 * A stream of this process that is written to without waiting.
 *
 * Node's stream of a pipe keeps all that finds no room in memory, and that of a terminal stops the process. O_NONBLOCK
 * belongs to the open file description, which others may share (`2>&1 | tee`, every program on a terminal): a pipe or
 * terminal is therefore opened anew through /proc, which gives a description of our own (proc(5)). A socket cannot be
 * opened that way (ENXIO): there it is Node's stream, which has set the flag already (uv_pipe_open() in
 * src/unix/pipe.c@1.52), and nothing is given to it while it has something left.
 */
import { constants, fstatSync, openSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { hasErrno } from '../model/errors.ts'
import type { Outlet } from './log-queue.ts'

/** The outlet of a pipe or terminal; undefined for everything else, and where it cannot be opened anew. */
export function openOutlet(fd: number): Outlet | undefined {
  const own = reopen(fd)
  return own === undefined ? undefined : { put: bytes => writeNow(own, bytes), pending: () => false }
}

/** Never a file: that would begin at its start and write over what stands there. */
function reopen(fd: number): number | undefined {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants
  try {
    if (!fstatSync(fd).isFIFO() && !isatty(fd)) return undefined
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

/** The outlet of a stream that Node writes to on its own time, or at once. */
export function streamOutlet(stream: NodeJS.WriteStream): Outlet {
  return {
    put: bytes => {
      if (stream.destroyed) throw new Error('the stream is closed')
      if (stream.writableNeedDrain) return 0
      stream.write(bytes)
      return bytes.length
    },
    pending: () => stream.writableLength > 0,
  }
}
