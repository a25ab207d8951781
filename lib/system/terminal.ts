/** Which descriptors are terminals. */
import { fstatSync } from 'node:fs'

/** isatty(3). */
export type IsTerminal = (fd: number) => boolean

/** Major 1, minor 3 (Linux devices.txt): what a service, cron and Ansible give a command. */
const DEV_NULL = 0x103

/** A check that calls `isatty` only for descriptors that may be a terminal: the module that has it takes long to load. */
export function openTerminalCheck(isatty: IsTerminal): IsTerminal {
  return fd => mayBeTerminal(fd) && isatty(fd)
}

function mayBeTerminal(fd: number): boolean {
  try {
    const stat = fstatSync(fd)
    return stat.isCharacterDevice() && stat.rdev !== DEV_NULL
  } catch {
    // It is closed.
    return false
  }
}
