/** Responses as Go reads them, however their bytes arrive. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { openSource, type Reading } from '../../lib/probe/http/byte-source.ts'
import { readBody } from '../../lib/probe/http/response-body.ts'
import { HEADER_LIMIT, readFinalHead } from '../../lib/probe/http/response-head.ts'
import type { GoRelease } from '../../lib/targets/pull-client.ts'
import { checkProperty } from '../support/check-property.ts'

interface Read {
  readonly status: number
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: string
  readonly complete: boolean
}

function* readAll(go: GoRelease, limit: number): Reading<Read> {
  const source = openSource()
  const { status, headers, framing } = yield* readFinalHead(source, 'GET', go)
  let body = ''
  const complete = yield* readBody(source, framing, go, part => {
    body += part.toString('latin1')
    return body.length <= limit
  })
  return { status, headers: Object.fromEntries(headers), body, complete }
}

/** The result, or the code of the error; the pieces end the stream. */
function read(pieces: readonly Buffer[], go: GoRelease = '1.24', limit = 1e6): Read | string {
  const reading = readAll(go, limit)
  let step = reading.next()
  try {
    for (const piece of [...pieces, undefined]) {
      if (step.done) return step.value
      step = reading.next(piece)
    }
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
  assert(step.done, 'it waits for more after the end')
  return step.value
}

const readText = (text: string, go?: GoRelease) => read([Buffer.from(text, 'latin1')], go)

/** The bytes, cut at these places. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const at = [0, ...places.map(place => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return at
    .slice(1)
    .map((end, i) => bytes.subarray(at[i], end))
    .filter(piece => piece.length > 0)
}

const places = fc.array(fc.nat(5000), { maxLength: 20 })
/** Text that is likely to reach every rule. */
const fragments = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          'HTTP/1.1 200 OK\r\n',
          'HTTP/1.0 204\n',
          'HTTP/1.1 103 x\r\n\r\n',
          '\r\n',
          '\n',
          ' ',
          '0\r\n\r\n',
        ],
        ...[
          'Content-Length: 5\r\n',
          'Transfer-Encoding: chunked\r\n',
          '5\r\nhello\r\n',
          'a;b=c\r\n',
          'X: y\r\n z\r\n',
        ],
        ...['Trailer: Content-Length\r\n', ': x\r\n', 'X : y\r\n', '\r', '\0', 'ffffffffffffffff\r\n'],
      ),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 12 },
  )
  .map(parts => Buffer.from(`HTTP/1.1 200 OK\r\n${parts.join('')}`, 'latin1'))
const releases = fc.constantFrom<GoRelease>('1.19', '1.24')

async function check<T>(cases: fc.Arbitrary<T>, property: (value: T) => void): Promise<void> {
  await checkProperty(
    cases,
    2000,
    async value => property(value),
    value => fc.stringify(value),
  )
}

describe('a response', () => {
  it('is read in the same way wherever its bytes are cut', () =>
    check(fc.tuple(fragments, places, releases), ([bytes, at, go]) => {
      assert.deepEqual(read(cut(bytes, at), go), read([bytes], go))
    }))

  it('has the body that was sent in chunks of any size, with any extension', () =>
    check(
      fc.tuple(
        fc.array(
          fc.tuple(
            fc.uint8Array({ minLength: 1, maxLength: 300 }),
            fc.constantFrom('', ';a', ';a="b;c"', ' \t'),
          ),
        ),
        places,
        releases,
      ),
      ([chunks, at, go]) => {
        const sent = chunks.map(([data, extension]) =>
          Buffer.concat([
            Buffer.from(`${data.length.toString(16)}${extension}\r\n`),
            data,
            Buffer.from('\r\n'),
          ]),
        )
        const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
        const bytes = Buffer.concat([Buffer.from(head), ...sent, Buffer.from('0\r\n\r\n')])
        const body = Buffer.concat(chunks.map(([data]) => data)).toString('latin1')
        const found = read(cut(bytes, at), go)
        assert.deepEqual(found, { status: 200, headers: {}, body, complete: true })
      },
    ))

  it('ends at its length, whatever follows', () =>
    check(fc.tuple(fc.string({ maxLength: 100 }), fc.string(), places), ([body, rest, at]) => {
      const bytes = Buffer.from(body, 'latin1')
      const head = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n`)
      const found = read(cut(Buffer.concat([head, bytes, Buffer.from(rest)]), at))
      assert.equal(typeof found === 'string' ? found : found.body, bytes.toString('latin1'))
    }))

  it('never takes more than its limits', () =>
    check(fc.tuple(fragments, fragments), ([head, repeated]) => {
      const found = read(
        [head, ...Array<Buffer>(50).fill(Buffer.concat(Array<Buffer>(400).fill(repeated)))],
        '1.24',
        1000,
      )
      assert.ok(typeof found === 'string' || found.body.length <= HEADER_LIMIT)
    }))

  const cases: readonly (readonly [
    title: string,
    text: string,
    old: string | number,
    newer: string | number,
  ])[] = [
    [
      'a bare LF after a chunk size',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n',
      200,
      'INVALID_HTTP',
    ],
    [
      'a name with parentheses',
      'HTTP/1.1 200 OK\r\nX(1): a\r\nContent-Length: 0\r\n\r\n',
      200,
      'INVALID_HTTP',
    ],
    ['a header without a name', 'HTTP/1.1 200 OK\r\n: a\r\nContent-Length: 0\r\n\r\n', 200, 'INVALID_HTTP'],
    [
      'a control character in a value',
      'HTTP/1.1 200 OK\r\nX: a\x01\r\nContent-Length: 0\r\n\r\n',
      200,
      'INVALID_HTTP',
    ],
    [
      'six informational responses',
      `${'HTTP/1.1 103 x\r\n\r\n'.repeat(6)}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`,
      'FRAMING_LIMIT',
      200,
    ],
    [
      'an invalid length beside chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      200,
      'INVALID_HTTP',
    ],
    ['two equal lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n', 200, 200],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n',
      'INVALID_HTTP',
      'INVALID_HTTP',
    ],
    ['a signed length', 'HTTP/1.1 200 OK\r\nContent-Length: +0\r\n\r\n', 'INVALID_HTTP', 'INVALID_HTTP'],
    ['a blank before the first header', 'HTTP/1.1 200 OK\r\n X: a\r\n\r\n', 'INVALID_HTTP', 'INVALID_HTTP'],
    ['no HTTP', '220 mail.example ESMTP\r\n', 'NO_HTTP', 'NO_HTTP'],
    ['an end in the head', 'HTTP/1.1 200 OK\r\nX: a\r\n', 'CUT_OFF', 'CUT_OFF'],
    ['an end in the body', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na', 'CUT_OFF', 'CUT_OFF'],
  ]
  for (const [title, text, old, newer] of cases)
    it(`may have ${title}: ${old} in Go 1.19, ${newer} in 1.24`, () => {
      const outcome = (go: GoRelease) => {
        const found = readText(text, go)
        return typeof found === 'string' ? found : found.status
      }
      assert.deepEqual([outcome('1.19'), outcome('1.24')], [old, newer])
    })
})
