/** The list that a command has created, and the files beside it. Pure. */
import type { ImportReport } from '../model/import-report.ts'
import type { Report } from '../model/report.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'

export function writtenLines(report: Report, page: TerminalStyle): readonly string[] {
  if (!('file' in report) || report.kind === 'validate' || report.file === undefined) return []
  const files = 'files' in report ? writtenFiles(report.files, page) : []
  return [
    ...files,
    ...fitted(`wrote ${report.file}; check it with: regmirror validate -f ${report.file}`, page, '  '),
  ]
}

/** Files beside that list. */
function writtenFiles(files: ImportReport['files'], page: TerminalStyle): readonly string[] {
  return files.flatMap(({ path, what, mode }) => fitted(`wrote ${path}: ${what}, mode ${mode}`, page, '  '))
}
