/** Fixes that would not last, or that are not for doctor to make. Pure. */
import type { OtherWriter } from '../ownership/other-writers.ts'
import type { State } from '../ownership/state.ts'
import type { CheckedFile } from '../targets/rule.ts'
import type { Diagnosed } from './findings.ts'

interface Owners {
  readonly files: readonly CheckedFile[]
  readonly state: State
  writerOf(path: string, text: string): OtherWriter | undefined
}

/** The findings, without fixes of files that regmirror writes as a whole, or that another program writes by itself. */
export function withholdFixes(found: readonly Diagnosed[], owners: Owners): readonly Diagnosed[] {
  return found.map(one => {
    const cure = one.fix && otherCure(one.fix.file, owners)
    if (cure === undefined) return one
    return { about: one.about, finding: { ...one.finding, fixable: false, cure } }
  })
}

function otherCure(path: string, { files, state, writerOf }: Owners): string | undefined {
  if (state.files[path]?.owns === 'whole') return 'regmirror manages this file: run regmirror apply'
  const text = files.find(file => file.path === path)?.text
  const writer = text === undefined ? undefined : writerOf(path, text)
  return writer?.live ? `correct it in the settings of ${writer.name}, which writes this file` : undefined
}
