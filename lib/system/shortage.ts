/** Resources of this process or node that are used up. */
import { hasErrno } from '../model/errors.ts'

export interface Shortage {
  readonly problem: string
  readonly remedy: string
}

/** EAGAIN when a process is started (fork(2)); for a read it means something else. */
export const NO_PROCESSES: Shortage = {
  problem: 'this process has reached its limit of processes and threads',
  remedy: 'raise the limit: TasksMax=512 in its unit, pids.max of its cgroup, or ulimit -u 512',
}

const SHORTAGES: Readonly<Record<string, Shortage>> = {
  EMFILE: {
    problem: 'this process has reached its limit of open files',
    remedy: 'raise the limit (ulimit -n): ulimit -n 1024, or LimitNOFILE=1024 in its unit',
  },
  ENFILE: {
    problem: 'this node has reached its limit of open files',
    remedy: 'raise the limit: sysctl -w fs.file-max=1000000',
  },
  ENOMEM: { problem: 'no memory left on this node', remedy: 'free memory, or raise MemoryMax= in the unit' },
  ENOBUFS: { problem: 'no memory left for sockets on this node', remedy: 'free memory' },
}

/** Whether an error of the system is a shortage. */
export function isShortage(error: unknown): error is NodeJS.ErrnoException {
  return hasErrno(error) && findShortage(error.code) !== undefined
}

/** The shortage that an error code stands for; undefined for any other code. */
export function findShortage(code: string | undefined): Shortage | undefined {
  return SHORTAGES[code ?? '']
}
