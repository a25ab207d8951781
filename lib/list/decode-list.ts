/** From the bytes of a list to its text; refuses what no parser should see. Pure. */
import { isUtf8 } from 'node:buffer'
import { Failure, type Issue } from '../model/errors.ts'

export const MAX_BYTES = 16 * 1024 * 1024

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** Throws Failure `invalid_list`; `file` is for its message. */
export function decodeList(bytes: Buffer, file: string): string {
  const issue = issueIn(bytes)
  if (issue !== undefined) throw new Failure('invalid_list', [{ file, ...issue }])
  return bytes.toString('utf8')
}

function issueIn(bytes: Buffer): Issue | undefined {
  const start = { line: 1, column: 1 }
  if (bytes.length > MAX_BYTES)
    return { message: 'is larger than 16 MiB, the limit of a list', hint: 'check the path' }
  if (bytes.subarray(0, 3).equals(BYTE_ORDER_MARK))
    return { ...start, message: 'starts with a byte order mark', hint: 'save it as UTF-8 without BOM' }
  if (/^(\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2)))
    return { ...start, message: 'is UTF-16', hint: 'save it as UTF-8' }
  if (!isUtf8(bytes))
    return { line: findInvalidLine(bytes), message: 'is not UTF-8', hint: 'save it as UTF-8' }
  if (isEmpty(bytes.toString('utf8')))
    return { message: 'is empty', hint: 'start with the output of regmirror init' }
  return undefined
}

/** Whether every line is blank or a comment. */
function isEmpty(text: string): boolean {
  return !/(?:^|\n)[^\S\n]*[^\s#]/.test(text)
}

/** A newline is never part of a longer UTF-8 sequence, so each line can be checked alone. */
function findInvalidLine(bytes: Buffer): number {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start)
    if (!isUtf8(bytes.subarray(start, end === -1 ? bytes.length : end))) return line
    start = end === -1 ? bytes.length : end + 1
  }
  return line
}
