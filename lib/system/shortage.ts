/** Resources of this process that are used up: no fault of what was to be done with them. */
import { hasErrno } from '../model/errors.ts'

export interface Shortage {
  /** What is used up. */
  readonly problem: string
  readonly remedy: string
}

/** EAGAIN of what starts a process (fork(2)); of a read it means something else. */
export const NO_PROCESSES: Shortage = {
  problem: 'this process may start no more processes or threads',
  remedy: 'raise the limit: TasksMax=512 in its unit, pids.max of its cgroup, or ulimit -u 512',
}

const SHORTAGES: Readonly<Record<string, Shortage>> = {
  EMFILE: {
    problem: 'this process may open no more files',
    remedy: 'raise the limit that ulimit -n shows: ulimit -n 1024, or LimitNOFILE=1024 in its unit',
  },
  ENFILE: { problem: 'this node can open no more files', remedy: 'raise it: sysctl -w fs.file-max=1000000' },
  ENOMEM: { problem: 'this node has no memory left', remedy: 'free some, or raise MemoryMax= in its unit' },
  ENOBUFS: { problem: 'this node has no memory left for sockets', remedy: 'free some' },
}

/** Whether that is why the system refuses. */
export function isShortage(error: unknown): error is NodeJS.ErrnoException {
  return hasErrno(error) && shortageOf(error.code) !== undefined
}

/** What is used up; undefined for any other code. */
export function shortageOf(code: string | undefined): Shortage | undefined {
  return SHORTAGES[code ?? '']
}
