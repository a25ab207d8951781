/** Resources of this process that are used up: no fault of what was to be done with them. */
import { hasErrno } from '../errors.ts'

const SHORTAGES: Readonly<Record<string, string>> = {
  EMFILE: 'this process may open no more files',
  ENFILE: 'this node can open no more files',
  EAGAIN: 'this node may start no more processes or threads',
  ENOMEM: 'this node has no memory left',
  ENOBUFS: 'this node has no memory left for sockets',
}

/** Whether that is why the system refuses. */
export function isShortage(error: unknown): boolean {
  return hasErrno(error) && shortageOf(error.code) !== undefined
}

/** What is used up, in words; undefined for any other code. */
export function shortageOf(code: string | undefined): string | undefined {
  return SHORTAGES[code ?? '']
}
