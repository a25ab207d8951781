/** A file with a finding that another program writes: a cure there does not last. Pure. */
import type { Rule } from '../targets/rule.ts'
import type { CheckedNode } from './checked-node.ts'

export const writtenByOther: Rule<CheckedNode> = {
  code: 'written_by_other',
  severity: 'note',
  part: 'config',
  title: 'another program writes a file that has a finding',
  find: ({ files, found, writerOf }) => {
    const named = new Set(found.map(({ finding }) => finding.file))
    return files
      .filter(({ path }) => named.has(path))
      .flatMap(({ path, text }) => {
        const writer = writerOf(path, text)
        if (writer === undefined) return []
        const when = writer.live ? 'overwrites it by itself' : 'overwrites it when it runs again'
        return [
          {
            ...{ file: path, line: writer.line, problem: `${writer.name} writes this file` },
            consequence: `a correction is lost when ${writer.name} ${when}`,
            cure: `correct it in the settings of ${writer.name} too`,
          },
        ]
      })
  },
}
