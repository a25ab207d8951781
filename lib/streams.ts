/** The standard streams as commands write to them. */
import type { Sink } from './world.ts'

export interface LazyStream {
  readonly sink: Sink
  /** What is written from now on goes elsewhere. */
  divert(write: (text: string) => void): void
  /** Opens it if nothing has done so yet. */
  open(): NodeJS.WriteStream
  /** Resolves once everything is written, or cannot be. */
  written(): Promise<unknown>
}

/**
 * A stream that is opened when something is written to it. Node sets O_NONBLOCK on a pipe when it opens it, also for
 * all others who write to that pipe (Pipe::Open, uv_pipe_open in src/unix/pipe.c@1.52): whoever has a log of their own leaves it closed.
 */
export function lazyStream(terminal: boolean, openNow: () => NodeJS.WriteStream): LazyStream {
  let stream: NodeJS.WriteStream | undefined
  const open = () => {
    stream ??= openNow()
    return stream
  }
  let write: (text: string) => unknown = text => open().write(text)
  return {
    sink: {
      write: text => write(text),
      isTTY: terminal,
      get columns() {
        return terminal ? open().columns : undefined
      },
      get rows() {
        return terminal ? open().rows : undefined
      },
    },
    divert: to => {
      write = to
    },
    open,
    // Also the errors of a stream come a moment after the writing.
    written: () => new Promise(done => (stream === undefined ? done(undefined) : stream.write('', done))),
  }
}
