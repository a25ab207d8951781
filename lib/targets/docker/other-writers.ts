/** Other programs that write the files of Docker. Pure. */
import { findWriter, type OtherWriter, type WriterPattern } from '../../ownership/other-writers.ts'

const WRITERS: readonly WriterPattern[] = [
  { name: 'dragonfly', text: /X-Dragonfly-Registry/i, live: true },
  { name: 'spegel', path: /\/certs\.d\/_backup\//, live: true },
]

/** daemon.json has no comments, so its text shows no writer. */
export function writerOf(path: string, text: string): OtherWriter | undefined {
  return findWriter(WRITERS, path, text)
}
