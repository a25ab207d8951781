/** Names of subjects and issuers, checked as Go does: crypto/x509/parser.go parseName, parseASN1String@go1.24. Pure. */
import { readElements, readOid, TAG } from './der.ts'
import { malformed } from './malformed.ts'

/** A certificate whose name has a value that its string type forbids is refused. */
export function checkName(content: Buffer, part: string): void {
  const sets = readElements(content, part)
  while (sets.more()) {
    const attributes = readElements(sets.next(TAG.set).content, part)
    while (attributes.more()) {
      const attribute = readElements(attributes.next(TAG.sequence).content, part)
      readOid(attribute.next(TAG.oid).content, part)
      const { tag, content: value } = attribute.any()
      if (!isString(tag, value)) throw malformed(part)
    }
  }
}

function isString(tag: number, value: Buffer): boolean {
  switch (tag) {
    case TAG.t61String:
      return true
    case TAG.printableString:
      // `*` and `&` are not allowed there, but common.
      return /^[a-zA-Z0-9'()+,\-./ :=?*&]*$/.test(value.toString('latin1'))
    case TAG.utf8String:
      return value.equals(Buffer.from(value.toString('utf8')))
    case TAG.bmpString:
      return value.length % 2 === 0
    case TAG.ia5String:
      return isAscii(value)
    case TAG.numericString:
      return /^[0-9 ]*$/.test(value.toString('latin1'))
  }
  return false
}

export function isAscii(value: Buffer): boolean {
  return value.every(byte => byte < 0x80)
}
