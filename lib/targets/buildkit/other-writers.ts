/** Other programs that write buildkitd.toml. Pure. */
import { findWriter, type OtherWriter } from '../../ownership/other-writers.ts'

/** None of them runs permanently and writes it again by itself. */
export function writerOf(path: string, text: string): OtherWriter | undefined {
  return findWriter([], path, text)
}
