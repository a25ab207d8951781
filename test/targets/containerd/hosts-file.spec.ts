/** What each containerd reads in a hosts.toml (core/remotes/docker/config/hosts.go, remotes/docker/config/hosts.go in 1.x). */
import assert from 'node:assert/strict'
import { containerd } from '../../../lib/targets/containerd/containerd.ts'
import { hostsOn, inWords } from '../../support/containerd-snapshot.ts'

const HUB = 'https://registry-1.docker.io/v2'
const MIRROR = 'https://m.example/v2'

type Releases = Readonly<Record<string, readonly string[]>>

async function read(version: string, text: string, image = 'busybox') {
  const directory = image === 'busybox' ? 'docker.io' : (image.split('/')[0] ?? '')
  const snapshot = await hostsOn(version, { [directory]: text })
  return containerd.endpoints(snapshot, image)[0]
}

/** Each release with what it contacts, and the reason where it ignores the file. */
function reads(title: string, text: string, releases: Releases, image?: string): void {
  it(title, async () => {
    for (const [version, expected] of Object.entries(releases)) {
      const route = await read(version, text, image)
      const reasons = route.ignored.map(({ message }) => message)
      assert.deepEqual([...inWords(route), ...reasons], expected, version)
    }
  })
}

/** The same for 1.6.20, 1.7.24, 2.1.9 and 2.3.4. */
const all = (...expected: string[]): Releases => ({
  ...{ '1.6.20': expected, '1.7.24': expected, '2.1.9': expected, '2.3.4': expected },
})
const ignored = (reason: string) => `containerd ignores this file: ${reason}`

describe('hosts.toml: order', () => {
  reads(
    'tries hosts in the order of their headers, then the server (hosts.go:551-585@v2.3.4)',
    'server = "https://s.example"\n[host."https://b"]\n[host."https://a"]\n[host."https://c"]\n',
    all('https://b/v2', 'https://a/v2', 'https://c/v2', 'https://s.example/v2'),
  )
  const apart = '[host."https://a"]\n[host."https://b"]\n[host."https://a".header]\nX-A = "1"\n'
  const withHeader = 'https://a/v2, header X-A'
  reads('lists a host again on 2.x where its header table stands apart', apart, {
    '1.7.24': [withHeader, 'https://b/v2', HUB],
    '2.1.9': [withHeader, 'https://b/v2', withHeader, HUB],
  })
  reads(
    'takes a host from its header table alone',
    '[host."https://a".header]\nX-A = "1"\n',
    all(withHeader, HUB),
  )
  const header = 'containerd ignores this host, because no [host."…"] header names it'
  reads('uses hosts in dotted keys on 1.x only', '[host]\n"https://a".capabilities = ["pull"]\n', {
    '1.7.24': ['https://a/v2, pull', HUB],
    '2.1.9': [HUB, header],
  })
  reads('uses hosts in inline tables on 1.x only', 'host = { "https://a" = { override_path = true } }\n', {
    '1.7.24': ['https://a', HUB],
    '2.1.9': [HUB, header],
  })
  reads('knows no order of inline tables on 1.x', '[host]\n"https://a" = {}\n"https://b" = {}\n', {
    '1.7.24': [
      'https://a/v2',
      'https://b/v2',
      HUB,
      'containerd 1.x tries hosts in inline tables in a random order',
    ],
    '2.1.9': [HUB, header, header],
  })
  it('names the lines', async () => {
    const route = await read(
      '2.1.9',
      'server = "https://s"\n\n[host."https://a"]\n[host]\n"https://b" = {}\n',
    )
    const file = '/etc/containerd/certs.d/docker.io/hosts.toml'
    assert.deepEqual(
      route.endpoints.map(({ source }) => source),
      [
        { file, line: 3 },
        { file, line: 1 },
      ],
    )
    assert.deepEqual(
      route.ignored.map(({ file: where, line }) => ({ where, line })),
      [{ where: file, line: 5 }],
    )
  })
})

describe('hosts.toml: addresses', () => {
  const addresses: [written: string, keys: string, url: string][] = [
    // hosts.go:429-449@v2.3.4
    ['http://m', '', 'http://m/v2'],
    ['http://m/', '', 'http://m/v2'],
    ['http://m/v2/', '', 'http://m/v2'],
    ['http://m/prefix', '', 'http://m/prefix/v2'],
    ['http://m/v2/prefix', '', 'http://m/v2/prefix/v2'],
    ['http://m/v2/prefix', 'override_path = true', 'http://m/v2/prefix'],
    ['http://m', 'override_path = true', 'http://m'],
    ['http://m/', 'override_path = true', 'http://m'],
    ['http://m/a/../b//c/', '', 'http://m/b/c/v2'],
    ['http://u:p@m/a?x=1#y', '', 'http://m/a/v2'],
    ['m.example:5000', '', 'https://m.example:5000/v2'],
    ['127.0.0.1:5000', '', 'https://127.0.0.1:5000/v2'],
    ['HTTP://m', '', 'https://HTTP:/m/v2'],
    ['ftp://m', '', 'https://ftp:/m/v2'],
  ]
  for (const [written, keys, url] of addresses) {
    reads(`reads ${written} ${keys}`, `[host."${written}"]\n${keys}\n`, all(url, HUB))
  }
  reads('refuses the file for an address that is no URL', '[host."http://m:port"]\n', {
    ...all(HUB, ignored('its address is no URL')),
  })
  it('marks a mirror without a host', async () => {
    const route = await read('2.1.9', '[host."httpd"]\n')
    assert.equal(route.endpoints[0]?.problem, 'the address names no host')
    const odd = await read('2.1.9', '[host."httpx://m"]\n')
    assert.equal(odd.endpoints[0]?.problem, 'the scheme is neither https nor http')
  })
  it('sends the name of the registry to other hosts only (registry.go:85-92@v2.3.4)', async () => {
    const text =
      '[host."https://m.example"]\n[host."https://registry-1.docker.io"]\n[host."https://docker.io"]\n'
    const { endpoints } = await read('2.1.9', text)
    assert.deepEqual(
      endpoints.map(({ ns }) => ns),
      ['docker.io', undefined, undefined, undefined],
    )
    const other = await read('2.1.9', '[host."https://m.example"]\n', 'reg.example:5000/a')
    assert.deepEqual(
      other.endpoints.map(({ ns }) => ns),
      ['reg.example:5000', undefined],
    )
  })
})

describe('hosts.toml: the server', () => {
  reads('is the registry where none is named', '[host."https://m.example"]\n', all(MIRROR, HUB))
  reads('is the registry where the name is empty', 'server = ""\n[host]\n', all(HUB))
  reads('is the registry where the address names no host', 'server = "https://"\n[host]\n', all(HUB))
  reads('is any host', 'server = "m.example/x"\n[host]\n', all('https://m.example/x/v2'))
  reads(
    'has the keys of the root',
    'server = "https://s"\ncapabilities = ["pull"]\nskip_verify = true\n[host]\n',
    all('https://s/v2, pull, unverified'),
  )
  // hosts.go:134@v2.3.4
  reads(
    'may do everything where it is the registry, whatever the root says',
    'capabilities = ["pull"]\nskip_verify = true\n[host]\n',
    all(`${HUB}, unverified`),
  )
  const image = 'localhost:5000/a'
  reads(
    'is tried by the rules for localhost where it is this machine (hosts.go:105-122@v2.3.4)',
    '[host]\n',
    {
      '1.6.8': ['https://localhost:5000/v2'],
      '1.6.20': ['http://localhost:5000/v2, unverified'],
      '1.7.0': ['http://localhost:5000/v2, unverified'],
      '1.7.8': ['https://localhost:5000/v2 or http://localhost:5000/v2, unverified'],
      '2.1.9': ['https://localhost:5000/v2 or http://localhost:5000/v2, unverified'],
    },
    image,
  )
  reads('knows port 80 of localhost', '[host]\n', { '2.1.9': ['http://127.0.0.1:80/v2'] }, '127.0.0.1:80/a')
  reads(
    'knows no port of localhost',
    '[host]\n',
    { '1.6.20': ['http://localhost/v2, unverified'], '2.1.9': ['https://localhost/v2, unverified'] },
    'localhost/a',
  )
  const missing = ignored('it has no [host] table')
  reads('needs a [host] table before 1.7.32 (hosts.go:534@v1.7.24)', 'server = "https://s"\n', {
    '1.6.39': [HUB, missing],
    '1.7.31': [HUB, missing],
    '1.7.32': ['https://s/v2'],
    '2.0.0': ['https://s/v2'],
  })
})

describe('hosts.toml: keys', () => {
  const host = (keys: string) => `[host."https://m.example"]\n${keys}\n`
  reads('grants everything where capabilities is empty', host('capabilities = []'), all(MIRROR, HUB))
  reads('reads capabilities in any case', host('capabilities = ["PULL"]'), all(`${MIRROR}, pull`, HUB))
  const word = ignored('capabilities holds a word that this containerd does not know')
  reads('refuses the file for an unknown capability', host('capabilities = ["pul"]'), all(HUB, word))
  reads('knows referrers since 2.2', host('capabilities = ["pull", "referrers"]'), {
    '1.7.24': [HUB, word],
    '2.1.9': [HUB, word],
    '2.2.0': [`${MIRROR}, pull`, HUB],
  })
  reads('ignores unknown keys', host('timeout = 1\n[other]\nx = 2'), all(MIRROR, HUB))
  reads('knows dial_timeout since 2.0.7 and 2.1', host('dial_timeout = "2s"'), {
    '1.7.24': [MIRROR, HUB],
    '2.0.6': [MIRROR, HUB],
    '2.0.7': [`${MIRROR}, within 2s`, HUB],
    '2.1.0': [`${MIRROR}, within 2s`, HUB],
  })
  for (const value of ['"2"', '"9999999h"', '"soon"']) {
    reads(
      `refuses the file for dial_timeout = ${value} where the key is known`,
      host(`dial_timeout = ${value}`),
      {
        '1.7.24': [MIRROR, HUB],
        '2.1.9': [HUB, ignored('dial_timeout is no duration')],
      },
    )
  }
  reads('takes an empty dial_timeout for none', host('dial_timeout = ""'), all(MIRROR, HUB))
  reads(
    'reads every form of certificates from the directory of the file (hosts.go:465-505@v2.3.4)',
    host('ca = ["/a.pem", "../b.pem"]\nclient = ["/c.pem", ["/d.pem", "/e.pem"]]'),
    all(`${MIRROR}, ca /a.pem, ca /etc/containerd/certs.d/b.pem, client /c.pem, client /d.pem /e.pem`, HUB),
  )
  reads('reads headers, and never their values', host('header = { X-A = "secret", x-b = ["1", "2"] }'), {
    ...all(`${MIRROR}, header X-A, header x-b`, HUB),
  })
  const wrong: [keys: string, reason: string][] = [
    ['capabilities = "pull"', 'capabilities is not an array of strings'],
    ['skip_verify = "yes"', 'skip_verify is not true or false'],
    ['override_path = 1', 'override_path is not true or false'],
    ['header = "X-A: 1"', 'header is not a table'],
    ['header = { X-A = 1 }', 'a header is neither a string nor an array of strings'],
    ['ca = 1', 'ca is neither a path nor an array of paths'],
    ['ca = [["/a.pem"]]', 'ca is neither a path nor an array of paths'],
    ['client = [["/c.pem"]]', 'client is neither a path nor an array of paths or [certificate, key] pairs'],
  ]
  for (const [keys, reason] of wrong) {
    reads(`refuses the file for ${keys}`, host(keys), all(HUB, ignored(reason)))
  }
  reads('reads keys in capitals, and 2.x in any case', host('SKIP_VERIFY = true\nOverride_Path = true'), {
    '1.7.24': [`${MIRROR}, unverified`, HUB],
    '2.1.9': ['https://m.example, unverified', HUB],
  })
})

describe('hosts.toml: http with TLS keys', () => {
  const both = 'https://m:5000/v2 or http://m:5000/v2'
  reads('is tried over https first since 1.6.25 and 1.7.8', '[host."http://m:5000"]\nskip_verify = false\n', {
    '1.6.24': ['http://m:5000/v2', HUB],
    '1.6.25': [both, HUB],
    '1.7.7': ['http://m:5000/v2', HUB],
    '1.7.8': [both, HUB],
    '2.1.9': [both, HUB],
  })
  reads('without a port since 1.7.24 (hosts.go:257@v1.7.24)', '[host."http://m"]\nca = []\n', {
    '1.6.39': ['http://m/v2', HUB],
    '1.7.23': ['http://m/v2', HUB],
    '1.7.24': ['https://m/v2 or http://m/v2', HUB],
  })
  reads(
    'is plain on port 80',
    '[host."http://m:80"]\nskip_verify = true\n',
    all('http://m:80/v2, unverified', HUB),
  )
  reads(
    'needs no TLS key but dial_timeout in 2.0.7 (hosts.go:184@v2.0.7)',
    '[host."http://m:5000"]\ndial_timeout = "2s"\n',
    {
      '2.0.6': ['http://m:5000/v2', HUB],
      '2.0.7': [`${both}, within 2s`, HUB],
      '2.1.0': ['http://m:5000/v2, within 2s', HUB],
    },
  )
})

describe('hosts.toml: text', () => {
  const host = '[host."https://m.example"]\n'
  reads('may begin with a byte order mark on 1.x', `\ufeff${host}`, {
    '1.7.24': [MIRROR, HUB],
    '2.1.9': [HUB, ignored('it starts with a byte order mark')],
  })
  reads('may have line breaks of Windows', host.replaceAll('\n', '\r\n'), all(MIRROR, HUB))
  reads('must not give a host twice', `${host}${host}`, all(HUB, ignored('duplicate key')))
  reads('must be TOML', `${host}ca = "x\n`, all(HUB, ignored('a string is not closed')))
  reads('may break lines in inline tables on 1.x', `${host}header = {\n  X-A = "1" }\n`, {
    '1.7.24': [`${MIRROR}, header X-A`, HUB],
    '2.1.9': [
      HUB,
      ignored('no newlines are allowed between the curly braces unless they are valid within a value'),
    ],
  })
  const newer = ignored('it is not TOML 1.0')
  reads('must not end inline tables in a comma', `${host}header = { X-A = "1", }\n`, {
    '1.7.24': [HUB, newer],
    '2.1.9': [HUB, ignored('trailing comma is not permitted in an inline table')],
  })
  reads('has no brackets in a header on 1.x', '[host."http://[::1]:5000"]\n', {
    '1.7.24': [HUB, ignored('containerd 1.x reads no header with "[" or "]" in a name')],
    '2.1.9': ['http://[::1]:5000/v2', HUB],
  })
  reads('knows no escapes in a header on 1.x', '[host."https:\\u002f/m.example"]\n', {
    '1.7.24': ['https:///v2', HUB],
    '2.1.9': [MIRROR, HUB],
  })
  reads('crashes 1.x where two hosts are no tables (hosts.go:542@v1.7.24)', '[host]\na = 1\nb = 2\n', {
    '1.7.24': ['fails: containerd 1.x crashes on this file: an entry of host is not a table'],
    '2.1.9': [HUB, ignored('an entry of host is not a table')],
  })
  const tell = 'unknown: regmirror cannot predict how containerd reads this file'
  reads('may have more on the line of a header on 1.x', '[host."https://m"] skip_verify = true\n', {
    '1.7.24': [`${tell}: a table header must be alone on its line`],
    '2.1.9': [HUB, ignored('a table header must be alone on its line')],
  })
  reads('may hold odd numbers on 1.x', `x = 1979-05-27\n${host}`, {
    '1.7.24': [`${tell}: it holds a date or a number without bounds`],
    '2.1.9': [MIRROR, HUB],
  })
  reads(
    'may crash 2.x with a dotted skip_verify',
    'host."https://m".capabilities = ["pull"]\nhost."https://m".skip_verify = true\n',
    {
      '1.7.24': ['https://m/v2, pull, unverified', HUB],
      '2.1.9': [`${tell}: containerd 2 crashes on this dotted key or ignores it, by its TOML library`],
    },
  )
})
