/** What the rules that hold for every target read. Pure. */
import type { Unread } from '../model/finding.ts'
import type { OtherWriter } from '../ownership/other-writers.ts'
import type { CheckedFile } from '../targets/rule.ts'
import type { Diagnosed } from './findings.ts'

export interface CheckedNode {
  readonly files: readonly CheckedFile[]
  /** What the rules of the target found. */
  readonly found: readonly Diagnosed[]
  /** What could not be read, by this user or at all. */
  readonly unread: readonly Unread[]
  writerOf(path: string, text: string): OtherWriter | undefined
}
