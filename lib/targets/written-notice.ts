/** A notice about a file that another program has written, and that regmirror sets values in. Pure. */
import type { Notice } from '../model/report.ts'
import { byWriter, type OtherWriter } from '../ownership/other-writers.ts'

export function writtenNotices(
  file: { readonly path: string; readonly text: string } | undefined,
  writerOf: (path: string, text: string) => OtherWriter | undefined,
  consequence: string,
): readonly Omit<Notice, 'target'>[] {
  const writer = file && writerOf(file.path, file.text)
  if (file === undefined || writer === undefined) return []
  const message = `was written ${byWriter(writer)}, which ${consequence}`
  return [{ code: 'config_written', message, file: file.path, line: writer.line }]
}
