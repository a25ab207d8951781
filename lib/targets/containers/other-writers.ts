/** Other programs that write the files of containers/image: only those that write files of any runtime. Pure. */
import { findWriter, type OtherWriter } from '../../ownership/other-writers.ts'

export function writerOf(path: string, text: string): OtherWriter | undefined {
  return findWriter([], path, text)
}
