import assert from 'node:assert/strict'
import { containerdSettings } from '../../../lib/targets/containerd/settings.ts'
import { PLACE } from '../../support/lists.ts'

describe('the settings of containerd', () => {
  it('have the usual config.toml, and leave the rest to the node', () =>
    assert.deepEqual(containerdSettings.resolve({}, PLACE), {
      config: '/etc/containerd/config.toml',
      configNamed: false,
      hostsDir: undefined,
      version: undefined,
      place: PLACE,
    }))

  it('have paths without a second or a final slash', () =>
    assert.deepEqual(
      containerdSettings.resolve(
        { config: '/srv//c.toml', hosts_dir: '/srv/./certs.d/', version: '2.1' },
        PLACE,
      ),
      { config: '/srv/c.toml', configNamed: true, hostsDir: '/srv/certs.d', version: '2.1', place: PLACE },
    ))

  it('may leave config.toml to another program', () =>
    assert.equal(containerdSettings.resolve({ config: false }, PLACE).config, false))
})
