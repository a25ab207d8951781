import assert from 'node:assert/strict'
import {
  directoriesOf,
  isPlaceholder,
  namesOnly,
} from '../../../lib/targets/containerd/config/config-path.ts'

describe('config_path', () => {
  const placeholders = [
    ...[
      `\${SNAP_DATA}/args/certs.d`,
      '/$HOME/certs.d',
      '$(pwd)/certs.d',
      '{{ dir }}/certs.d',
      '{% if x %}/a',
    ],
    ...['/%h/certs.d', '/etc/<dir>/certs.d', '@sysconfdir@/certs.d', '~/certs.d'],
    '/etc/containerd/certs.d:~/certs.d',
  ]
  for (const value of placeholders) {
    it(`has a placeholder and no directory in ${value}`, () => {
      assert.equal(isPlaceholder(value), true)
      assert.deepEqual(directoriesOf(value), [])
    })
  }

  const directories: [value: string, directories: string[], only: boolean][] = [
    ['', [], false],
    ['/etc/containerd/certs.d', ['/etc/containerd/certs.d'], true],
    ['/etc/containerd/certs.d/', ['/etc/containerd/certs.d'], true],
    ['/etc//x/../containerd/certs.d', ['/etc/containerd/certs.d'], true],
    // Relative to the working directory of the daemon, which is the root.
    ['etc/containerd/certs.d', ['/etc/containerd/certs.d'], false],
    ['/srv/with space', ['/srv/with space'], false],
    ['/a:/b', ['/a', '/b'], false],
    ['/etc/containerd/certs.d:', ['/etc/containerd/certs.d'], false],
    ['/50% off/a@b', ['/50% off/a@b'], false],
    ['/100%pure/certs.d', ['/100%pure/certs.d'], false],
  ]
  for (const [value, expected, only] of directories) {
    it(`reads ${JSON.stringify(value)} as ${expected.join(' and ') || 'none'}`, () => {
      assert.deepEqual(directoriesOf(value), expected)
      assert.equal(namesOnly(value, '/etc/containerd/certs.d'), only)
    })
  }
})
