/** The command line of dockerd, and the version that it prints. */
import assert from 'node:assert/strict'
import { parseDaemonFlags } from '../../../lib/targets/docker/command-line.ts'
import { parseVersionOutput } from '../../../lib/targets/docker/installed.ts'

const flagsOf = (line: string) => parseDaemonFlags(line.split(' '))

describe('the command line of dockerd', () => {
  it('gives every mirror and insecure registry, with and without "="', () => {
    const line =
      'dockerd -D --registry-mirror https://a.example --insecure-registry=b.example --registry-mirror=https://c.example'
    assert.deepEqual(flagsOf(line)?.registries, [
      { flag: '--registry-mirror', value: 'https://a.example' },
      { flag: '--insecure-registry', value: 'b.example' },
      { flag: '--registry-mirror', value: 'https://c.example' },
    ])
  })

  it('gives the file, the data root, the storage driver and the sockets', () => {
    const line =
      '/usr/sbin/dockerd -H fd:// -Htcp://127.0.0.1:2375 -s overlay2 --config-file /srv/d.json --data-root=/srv/docker'
    assert.deepEqual(flagsOf(line), {
      ...{ config: '/srv/d.json', dataRoot: '/srv/docker', storageDriver: 'overlay2', rootless: false },
      ...{ hosts: ['fd://', 'tcp://127.0.0.1:2375'], registries: [] },
    })
  })

  it('has switches that take no value', () => {
    const flags = flagsOf(
      'dockerd --live-restore --iptables=false --registry-mirror https://a.example --rootless',
    )
    assert.equal(flags?.registries.length, 1)
    assert.equal(flags?.rootless, true)
  })

  it('starts no daemon with --version, --help or --validate', () => {
    for (const word of ['--version', '-v', '--help', '--validate'])
      assert.equal(flagsOf(`dockerd ${word}`), undefined)
    assert.notEqual(flagsOf('dockerd --validate=false'), undefined)
  })
})

describe('the version of dockerd', () => {
  it('is read from what --version prints', () => {
    const names = [
      'Docker version 28.5.2+dfsg4, build 1234abc',
      'Docker version 20.10.24+dfsg1, build 297e128',
      'Docker version 29.0.1, build eedd969',
    ].map(text => parseVersionOutput(text)?.name)
    assert.deepEqual(names, ['28.5.2', '20.10.24', '29.0.1'])
    assert.equal(parseVersionOutput('podman version 5.0.0'), undefined)
  })
})
