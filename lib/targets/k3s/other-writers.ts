/** Other programs that write registries.yaml. Pure. */
import { findWriter, type OtherWriter, type WriterPattern } from '../../ownership/other-writers.ts'

const WRITERS: readonly WriterPattern[] = [
  // It writes the file of every node of its clusters (rancher/system-agent).
  { name: 'rancher', path: /^\/etc\/rancher\/agent\//, live: true },
]

export function writerOf(path: string, text: string): OtherWriter | undefined {
  return findWriter(WRITERS, path, text)
}
