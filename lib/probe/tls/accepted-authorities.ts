/** The authorities whose client certificates a server accepts. Pure. */
import { serverMessages } from './tls-messages.ts'

const CERTIFICATE_REQUEST = 13
/** The extension certificate_authorities of TLS 1.3. */
const AUTHORITIES = 47

/** Distinguished names in DER. None: any; undefined: the server requests no certificate. */
export function acceptedAuthorities(
  bytes: Buffer,
  secret: Buffer | undefined,
): readonly Buffer[] | undefined {
  const request = serverMessages(bytes, secret).find(({ type }) => type === CERTIFICATE_REQUEST)
  if (request === undefined) return undefined
  return secret === undefined ? authoritiesOf12(request.body) : authoritiesOf13(request.body)
}

/** Types of certificates, algorithms of signatures, authorities: RFC 5246 §7.4.4. */
function authoritiesOf12(body: Buffer): readonly Buffer[] {
  const types = takeVector(body, 1)
  const signatures = takeVector(types.rest, 2)
  return vectorsIn(takeVector(signatures.rest, 2).content)
}

/** A context, then extensions: RFC 8446 §4.3.2. */
function authoritiesOf13(body: Buffer): readonly Buffer[] {
  const context = takeVector(body, 1)
  let { content: left } = takeVector(context.rest, 2)
  while (left.length >= 4) {
    const { content, rest } = takeVector(left.subarray(2), 2)
    if (left.readUInt16BE(0) === AUTHORITIES) return vectorsIn(takeVector(content, 2).content)
    left = rest
  }
  return []
}

function vectorsIn(bytes: Buffer): readonly Buffer[] {
  const vectors: Buffer[] = []
  for (let left = bytes; left.length >= 2; ) {
    const { content, rest } = takeVector(left, 2)
    vectors.push(content)
    left = rest
  }
  return vectors
}

/** Bytes after their length, which has that many bytes. */
function takeVector(bytes: Buffer, width: 1 | 2) {
  const length = bytes.length < width ? 0 : bytes.readUIntBE(0, width)
  return { content: bytes.subarray(width, width + length), rest: bytes.subarray(width + length) }
}
