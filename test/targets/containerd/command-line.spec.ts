import assert from 'node:assert/strict'
import { DEFAULT_CONFIG, parseDaemonFlags } from '../../../lib/targets/containerd/command-line.ts'

describe('the command line of containerd', () => {
  const lines: [line: string, config: string | undefined][] = [
    ['/usr/bin/containerd', DEFAULT_CONFIG],
    ['containerd --log-level debug', DEFAULT_CONFIG],
    ['containerd -c /a.toml', '/a.toml'],
    ['containerd --config /a.toml --root /r', '/a.toml'],
    ['containerd -config /a.toml', '/a.toml'],
    ['containerd --config=/a.toml', '/a.toml'],
    ['containerd -c=/a.toml', '/a.toml'],
    ['containerd -c /a.toml --config /b.toml', '/b.toml'],
    ['containerd --root -c --state /a.toml', DEFAULT_CONFIG],
    ['containerd 300', DEFAULT_CONFIG],
    ['containerd -- -c /a.toml', DEFAULT_CONFIG],
    ['containerd rest -c /a.toml', DEFAULT_CONFIG],
    ['containerd -c /a.toml config dump', undefined],
    ['containerd config default', undefined],
    ['containerd --version', undefined],
    ['containerd -h', undefined],
    ['containerd publish --topic x', undefined],
  ]
  for (const [line, config] of lines) {
    const what = config === undefined ? 'starts no daemon' : `reads ${config}`
    it(`${line}: ${what}`, () => assert.equal(parseDaemonFlags(line.split(' '))?.config, config))
  }
})
