/** Handshake messages of a server in the bytes that it sent: RFC 8446 §4 and §5. Pure. */
import { createDecipheriv, createHmac } from 'node:crypto'

export interface Message {
  readonly type: number
  readonly body: Buffer
}

const HANDSHAKE = 22
const APPLICATION_DATA = 23
const SERVER_HELLO = 2

/** `secret`: the server's handshake secret of TLS 1.3. Ends where the bytes end, or where they cannot be decrypted. */
export function serverMessages(bytes: Buffer, secret: Buffer | undefined): readonly Message[] {
  const records = splitRecords(bytes)
  const plain = messagesIn(records.filter(({ type }) => type === HANDSHAKE).map(({ body }) => body))
  const hello = plain.findLast(({ type }) => type === SERVER_HELLO)
  if (secret === undefined || hello === undefined) return plain
  const sealed = records.filter(({ type }) => type === APPLICATION_DATA)
  return [...plain, ...messagesIn(decryptAll(sealed, secret, suiteOf(hello)))]
}

interface TlsRecord {
  readonly type: number
  readonly header: Buffer
  readonly body: Buffer
}

function splitRecords(bytes: Buffer): readonly TlsRecord[] {
  const records: TlsRecord[] = []
  for (let rest = bytes; rest.length >= 5; ) {
    const end = 5 + rest.readUInt16BE(3)
    if (rest.length < end) break
    records.push({ type: rest.readUInt8(0), header: rest.subarray(0, 5), body: rest.subarray(5, end) })
    rest = rest.subarray(end)
  }
  return records
}

function messagesIn(parts: readonly Buffer[]): readonly Message[] {
  const messages: Message[] = []
  for (let rest = Buffer.concat(parts); rest.length >= 4; ) {
    const end = 4 + rest.readUIntBE(1, 3)
    if (rest.length < end) break
    messages.push({ type: rest.readUInt8(0), body: rest.subarray(4, end) })
    rest = rest.subarray(end)
  }
  return messages
}

interface Suite {
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305'
  readonly hash: 'sha256' | 'sha384'
  readonly keyLength: number
}

/** Of the three suites that Go offers with TLS 1.3. */
function suiteOf({ body }: Message): Suite {
  const session = body.readUInt8(34)
  switch (body.readUInt16BE(35 + session)) {
    case 0x1302:
      return { cipher: 'aes-256-gcm', hash: 'sha384', keyLength: 32 }
    case 0x1303:
      return { cipher: 'chacha20-poly1305', hash: 'sha256', keyLength: 32 }
    default:
      return { cipher: 'aes-128-gcm', hash: 'sha256', keyLength: 16 }
  }
}

/** The handshake in records: what follows it is sealed with another key. */
function decryptAll(records: readonly TlsRecord[], secret: Buffer, suite: Suite): readonly Buffer[] {
  const key = expandLabel(secret, 'key', suite.keyLength, suite.hash)
  const iv = expandLabel(secret, 'iv', 12, suite.hash)
  const opened: Buffer[] = []
  for (const [i, record] of records.entries()) {
    const content = decrypt(record, key, nonceOf(iv, i), suite.cipher)
    if (content?.at(-1) !== HANDSHAKE) break
    opened.push(content.subarray(0, -1))
  }
  return opened
}

function decrypt(
  { header, body }: TlsRecord,
  key: Buffer,
  nonce: Buffer,
  cipher: Suite['cipher'],
): Buffer | undefined {
  // Node's types have one overload for each kind of cipher.
  const decipher = createDecipheriv(cipher as 'aes-128-gcm', key, nonce, { authTagLength: 16 })
  decipher.setAAD(header).setAuthTag(body.subarray(-16))
  try {
    return withoutPadding(Buffer.concat([decipher.update(body.subarray(0, -16)), decipher.final()]))
  } catch {
    return undefined
  }
}

function withoutPadding(content: Buffer): Buffer {
  const last = content.findLastIndex(byte => byte !== 0)
  return content.subarray(0, last + 1)
}

function nonceOf(iv: Buffer, sequence: number): Buffer {
  const nonce = Buffer.from(iv)
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ sequence) >>> 0, 8)
  return nonce
}

/** HKDF-Expand-Label without a context (RFC 8446 §7.1); one block is enough for a key. */
function expandLabel(secret: Buffer, label: string, length: number, hash: Suite['hash']): Buffer {
  const name = Buffer.from(`tls13 ${label}`)
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])])
  return createHmac(hash, secret).update(info).digest().subarray(0, length)
}
