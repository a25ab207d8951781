import assert from 'node:assert/strict'
import { isGoDuration, isGoUrl } from '../../../lib/targets/hosts-toml/read/go-values.ts'

/** Each was tried on containerd 1.6.20, 1.7.24 and 2.1.9, as a timeout or as a name in `registry.auths`. */
describe('values that Go parses', () => {
  const durations: [accepted: boolean, texts: string[]][] = [
    [true, ['0s', '0', '-1s', '1.5h', '1us', '1µs', '1h2m', '.5s', '5.s', '+1s']],
    [false, ['1', '"1d"', '', ' 1s', '1d']],
  ]
  for (const [accepted, texts] of durations) {
    for (const text of texts)
      it(`${accepted ? 'accepts' : 'refuses'} the duration ${JSON.stringify(text)}`, () =>
        assert.equal(isGoDuration(text), accepted))
  }

  const urls: [accepted: boolean, texts: string[]][] = [
    [
      true,
      [
        ...['x.test:5000', 'https://x.test', 'x.test', 'https://u:p@x.test', '*', 'https://*', ''],
        ...['https://x_y.test', 'https://x.test:', 'https://x"y', 'https://x<y', 'https://é.test'],
        ...[
          'https://[fe80::1%25eth0]/',
          'https://x.test/a%20b',
          'x.test/a:b',
          'x.test:%zz',
          'https://x.test/?a=%zz',
          'http://x:5:6',
          'https://a@b@c',
        ],
      ],
    ],
    [
      false,
      [
        ...['10.0.0.1:5000', ':5000', 'http://[::1', 'http://x.test:abc', 'https://x y', '%zz', '/x%zz'],
        ...['https://x.test/%zz', 'ht tp://x', '1http://x', 'http://x\u0001', 'https://[fe80::1%eth0]/'],
        ...[
          'https://x%41.test',
          'https://x^y.test',
          'http:// x',
          'x:/%zz',
          'http://a b@x',
          'https://x.test/#%zz',
        ],
      ],
    ],
  ]
  for (const [accepted, texts] of urls) {
    for (const text of texts)
      it(`${accepted ? 'accepts' : 'refuses'} the URL ${JSON.stringify(text)}`, () =>
        assert.equal(isGoUrl(text), accepted))
  }
})
