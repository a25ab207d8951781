/** A fix that edits a config.toml. Pure. */
import type { EditFix } from '../../rule.ts'

const MARK = /^\ufeff?/

/** containerd reads config.toml when it starts. `edit` gets the text without a byte order mark, which stays. */
export function configEdit(file: string, why: string, edit: (text: string) => string | undefined): EditFix {
  return {
    ...{ file, why, effect: 'restart', format: 'toml' },
    edit(text) {
      const [mark = ''] = MARK.exec(text) ?? []
      const result = edit(text.slice(mark.length))
      return result === undefined ? undefined : mark + result
    },
  }
}
