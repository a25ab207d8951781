/** Name lookups without a network: files, queues, and the order of addresses. */
import assert from 'node:assert/strict'
import { sortDestinations } from '../../lib/probe/dns/address-order.ts'
import { isDomainName, listQueryNames } from '../../lib/probe/dns/domain-name.ts'
import { findInHosts } from '../../lib/probe/dns/etc-hosts.ts'
import { openLookupQueues } from '../../lib/probe/dns/lookup-queues.ts'
import { openNameLookup } from '../../lib/probe/dns/name-lookup.ts'
import { listServers, parseResolvConf } from '../../lib/probe/dns/resolv-conf.ts'
import { probeOne } from '../../lib/probe/probe.ts'
import { endpointAt, PATIENT, resolveNames } from '../support/sockets.ts'

const never = new AbortController().signal

describe('names: resolv.conf', () => {
  it('has defaults', () => {
    const expected = {
      servers: ['127.0.0.1', '::1'],
      search: ['corp.test.'],
      ndots: 1,
      timeoutMs: 5000,
      attempts: 2,
      rotate: false,
      singleRequest: false,
      needsLibc: false,
    }
    for (const text of [undefined, '', '# nameserver 10.0.0.1\n;x\n'])
      assert.deepEqual(parseResolvConf(text, 'node.corp.test'), expected)
    assert.deepEqual(parseResolvConf('', 'node').search, [])
  })

  it('is limited to three servers, ndots up to 15, at least one attempt and one second', () => {
    const text = `nameserver 10.0.0.1
nameserver name.test
nameserver ::2
nameserver 10.0.0.3
nameserver 10.0.0.4
domain a.test
search b.test . c.test.
options ndots:99 timeout:0 attempts:-3 rotate single-request-reopen edns0`
    assert.deepEqual(parseResolvConf(text, 'node'), {
      servers: ['10.0.0.1', '::2', '10.0.0.3'],
      search: ['b.test.', 'c.test.'],
      ndots: 15,
      timeoutMs: 1000,
      attempts: 1,
      rotate: true,
      singleRequest: true,
      needsLibc: false,
    })
  })

  it('gives each server in turn, with rotate starting at another one', () => {
    const text = 'nameserver ::1\nnameserver ::2\nnameserver ::3\noptions attempts:2'
    const six = (settings: string) => listServers(parseResolvConf(settings, 'node'), 4)
    assert.deepEqual(six(text), ['::1', '::2', '::3', '::1', '::2', '::3'])
    assert.deepEqual(six(`${text} rotate`), ['::2', '::3', '::1', '::2', '::3', '::1'])
  })

  for (const line of ['options use-vc', 'options inet6', 'sortlist 10.0.0.0', 'nameserver fe80::1%eth0'])
    it(`leaves ${line} to the C library`, () => assert.ok(parseResolvConf(line, 'node').needsLibc))
})

describe('names: queried names', () => {
  const settings = parseResolvConf('search a.test b.test\noptions ndots:2', 'node')
  for (const [name, queried] of [
    ['x', ['x.a.test.', 'x.b.test.', 'x.']],
    ['x.y', ['x.y.a.test.', 'x.y.b.test.', 'x.y.']],
    ['x.y.z', ['x.y.z.', 'x.y.z.a.test.', 'x.y.z.b.test.']],
    ['x.', ['x.']],
    ['x.onion.', []],
  ] as const)
    it(`lists the names to query for ${name}`, () =>
      assert.deepEqual(listQueryNames(name, settings), queried))

  it('accepts only names that can be in DNS', () => {
    for (const name of ['a', 'a.b.', 'a_b.c', '_a.b', '1.a', 'xn--a.b', 'a'.repeat(63)])
      assert.ok(isDomainName(name), name)
    for (const name of ['', 'a..b', '.a', '-a.b', 'a-.b', '1.2', 'a b', 'a'.repeat(64), 'ü.b'])
      assert.ok(!isDomainName(name), name)
  })
})

describe('names: hosts', () => {
  it('finds names in any case, with all their addresses, but not in comments', () => {
    const text = '10.0.0.1\tA.test  a # b\n#10.0.0.2 a\n::1 a.test\nname a\n10.0.0.3\n10.0.0.4 c.test.\r\n'
    assert.deepEqual(findInHosts(text, 'a.TEST'), ['10.0.0.1', '::1'])
    assert.deepEqual(findInHosts(text, 'a.test.'), ['10.0.0.1', '::1'])
    assert.deepEqual(findInHosts(text, 'a'), ['10.0.0.1'])
    assert.deepEqual(findInHosts(text, 'c.test'), ['10.0.0.4'])
    for (const name of ['b', 'a.', 'name']) assert.deepEqual(findInHosts(text, name), [])
  })
})

// The examples of RFC 6724 10.2, and those of Go (net/addrselect_test.go) that are not among them.
describe('names: order of addresses', () => {
  const cases: readonly (readonly [
    why: string,
    given: readonly [string, string?][],
    expected: readonly string[],
  ])[] = [
    [
      'matching scope',
      [
        ['2001:db8:1::1', 'fe80::1'],
        ['198.51.100.121', '198.51.100.117'],
      ],
      ['198.51.100.121', '2001:db8:1::1'],
    ],
    [
      'precedence',
      [
        ['10.1.2.3', '10.1.2.4'],
        ['2001:db8:1::1', '2001:db8:1::2'],
      ],
      ['2001:db8:1::1', '10.1.2.3'],
    ],
    [
      'smaller scope',
      [
        ['2001:db8:1::1', '2001:db8:1::2'],
        ['fe80::1', 'fe80::2'],
      ],
      ['fe80::1', '2001:db8:1::1'],
    ],
    [
      'longest prefix of IPv6',
      [
        ['2001:db8:3ffe::1', '2001:db8:1::2'],
        ['2001:db8:1::1', '2001:db8:1::2'],
      ],
      ['2001:db8:1::1', '2001:db8:3ffe::1'],
    ],
    [
      'no prefix of IPv4',
      [
        ['54.83.193.112', '10.0.0.2'],
        ['10.0.0.9', '10.0.0.2'],
      ],
      ['54.83.193.112', '10.0.0.9'],
    ],
    [
      'matching label',
      [
        ['2002:c633:6401::1', '2002:c633:6401::2'],
        ['2001:db8:1::1', '2002:c633:6401::2'],
      ],
      ['2002:c633:6401::1', '2001:db8:1::1'],
    ],
    [
      'route, with no route last',
      [['2001:db8:1::1'], ['10.1.2.3', '10.1.2.4']],
      ['10.1.2.3', '2001:db8:1::1'],
    ],
    [
      'position if there is no route at all',
      [['10.1.2.3'], ['2001:db8:1::1']],
      ['10.1.2.3', '2001:db8:1::1'],
    ],
    [
      'precedence of loopback',
      [
        ['127.0.0.1', '127.0.0.1'],
        ['::1', '::1'],
      ],
      ['::1', '127.0.0.1'],
    ],
    [
      'unique local after IPv4',
      [
        ['fd00::1', 'fd00::2'],
        ['10.1.2.3', '10.1.2.4'],
      ],
      ['10.1.2.3', 'fd00::1'],
    ],
  ]
  for (const [why, given, expected] of cases)
    it(`sorts by ${why}`, () => {
      const sorted = sortDestinations(given.map(([address, source]) => ({ address, source })))
      assert.deepEqual(
        sorted.map(({ address }) => address),
        expected,
      )
    })
})

describe('names: queues', () => {
  /** Whether it has a place after all pending work. */
  const entered = async (entering: Promise<unknown>) => {
    const waits = Symbol('waits')
    const first = await Promise.race([entering, new Promise(done => setImmediate(done, waits))])
    return first !== waits
  }

  it('do not let names that hang delay the others', async () => {
    const queues = openLookupQueues(4)
    for (const name of ['h1', 'h2', 'h3']) queues.record(name, false)
    assert.ok(await entered(queues.enter('h1', never)))
    const leave = await queues.enter('h2', never)
    const third = queues.enter('h3', never)
    assert.ok(!(await entered(third)))
    assert.ok(await entered(queues.enter('w1', never)))
    assert.ok(await entered(queues.enter('w2', never)))
    assert.ok(!(await entered(queues.enter('w3', never))))
    leave()
    assert.ok(await entered(third))
  })

  it('move a name that responds to the usual queue, and forget a waiter that aborts', async () => {
    const queues = openLookupQueues(2)
    const stop = new AbortController()
    queues.record('a', false)
    const leave = await queues.enter('a', never)
    queues.record('a', true)
    const leaveAgain = await queues.enter('a', never)
    const gone = queues.enter('b', stop.signal)
    stop.abort(new Error('stopped'))
    await assert.rejects(gone, /stopped/)
    leave()
    leaveAgain()
    assert.ok(await entered(queues.enter('b', never)))
  })
})

describe('names: lookups', () => {
  it('of one name are one lookup while it runs', async () => {
    const queries: string[] = []
    using _ = resolveNames({ 'a.test': ['192.0.2.1'] }, 50, query => void queries.push(query))
    const lookUp = openNameLookup({})
    const all = await Promise.all([1, 2, 3].map(async () => await (await lookUp('a.test', never)).addresses))
    assert.deepEqual(
      all.flat().map(({ address }) => address),
      Array(3).fill('192.0.2.1'),
    )
    assert.equal(new Set(queries).size, queries.length, `${queries}`)
    await (await lookUp('a.test', never)).addresses
    assert.notEqual(new Set(queries).size, queries.length, 'results are not cached')
  })

  it('name the DNS server and its response if they fail', async () => {
    using _ = resolveNames({ 'a.test': ['ESERVFAIL'] })
    const probe = await probeOne(endpointAt('http://a.test'), { timeoutMs: PATIENT, samples: 1 })
    assert.equal(probe.reason, 'dns')
    assert.match(
      probe.detail ?? '',
      /^the DNS server \S+ fails to resolve the name \(SERVFAIL\); check \/etc\/resolv\.conf/,
    )
  })
})
