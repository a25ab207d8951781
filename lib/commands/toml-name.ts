/** The names of lists that regmirror writes. Pure. */
import { Failure } from '../model/errors.ts'

/** Throws Failure `usage` for a name that is not of a list in TOML. */
export function refuseOtherName(file: string): void {
  if (file.endsWith('.toml')) return
  const hint = `name it ${file.replace(/\.\w+$/, '')}.toml`
  throw new Failure('usage', [{ file, message: 'regmirror writes lists in TOML', hint }])
}
