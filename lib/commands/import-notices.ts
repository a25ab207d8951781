/** What an import has to say beside its list. Pure. */
import type { ListedFile } from '../list/imported/file-names.ts'
import type { ImportedList } from '../list/imported/import-list.ts'
import type { ImportNotice } from '../model/import-report.ts'
import type { Loss } from '../model/read-back.ts'

export function importNotices(
  { losses, files }: ImportedList,
  output: string | undefined,
): readonly ImportNotice[] {
  return [...losses.map(lossNotice), ...(output === undefined ? files.map(fileNotice) : [])]
}

function lossNotice({ file, line, registry, message, hint }: Loss): ImportNotice {
  return {
    code: 'not_imported',
    message: hint === undefined ? message : `${message}; ${hint}`,
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(registry !== undefined && { registry }),
  }
}

/** The list that was printed refers to files that nothing has written. */
function fileNotice({ name, what, copyOf, secret }: ListedFile): ImportNotice {
  const how = copyOf === undefined ? `write the ${what} to ${name}` : `copy ${copyOf} to ${name}`
  const mode = secret ? ', with mode 0600' : ''
  return {
    code: 'file_required',
    message: `${how} beside the list${mode}; regmirror import -o FILE does that`,
  }
}
