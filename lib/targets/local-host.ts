/** Hosts of this machine, as files of runtimes name them. Pure. */
import { isLoopback } from '../model/registry.ts'

/** `location` may have a path. */
export function isLocal(location: string): boolean {
  return isLoopback(location.split('/', 1)[0] ?? '')
}
