/** Files that make every pull fail, release by release. Pure. */
import { BYTE_ORDER_MARK } from '../../../formats/byte-order-mark.ts'
import type { Issue } from '../../../model/errors.ts'
import { failsOnByteOrderMark, failsOnDanglingLink, loadingsOf, type Release } from '../release.ts'
import { type ConfigFile, isParsed } from './config-file.ts'

/** Why every pull fails because of a file, in this release. */
export function whyRefused(
  { path, text, parsed }: ConfigFile,
  release: Release | undefined,
): readonly Issue[] {
  if (!isParsed(parsed)) {
    if (text === undefined && !failsOnDanglingLink(release)) return []
    const { message, ...place } = parsed.fault
    return [{ ...place, message: `every pull fails because of this file: ${message}` }]
  }
  if (parsed.isVersion1 && !loadingsOf(release).includes('by_directory'))
    return [{ file: path, message: VERSION_1, hint: 'write [[registry]] tables' }]
  const isMarked = text?.startsWith(BYTE_ORDER_MARK) && failsOnByteOrderMark(release)
  return isMarked ? [{ file: path, line: 1, message: MARKED, hint: 'remove the first three bytes' }] : []
}

const MARKED = 'every pull fails because of this file: it begins with a byte order mark'
const VERSION_1 = 'every pull of Podman 6 fails because of this file: it has the tables of version 1'
