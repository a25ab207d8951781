/** Digests. Pure. */
import { hash } from 'node:crypto'

/** sha256 in hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes)
}
