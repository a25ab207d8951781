import assert from 'node:assert/strict'
import { FILE, registryShape } from '../../../lib/targets/containerd/config/config-shape.ts'
import { misfits } from '../../../lib/targets/hosts-toml/read/shape.ts'

describe('types in config.toml', () => {
  const registry: [value: unknown, major: number, messages: string[]][] = [
    [{ config_path: ['/a'] }, 1, ['config_path is not a string']],
    [{ MIRRORS: [] }, 2, ['MIRRORS is not a table']],
    [{ mirrors: { x: { endpoint: 'e' } } }, 2, ['endpoint is not an array of strings']],
    [{ configs: { x: { tls: true } } }, 1, ['tls is not a table']],
    [{ configs: { x: { tls: true } } }, 2, []],
    [{ configs: { x: { tls: { ca_file: 1 } } } }, 1, ['ca_file is not a string']],
    [{ auths: { 'https://u:secret@x': 'secret' } }, 2, ['an entry of auths is not a table']],
    [
      { auths: { '10.0.0.1:5000': {} } },
      1,
      ['a name in auths is not a URL such as "https://registry.example:5000"'],
    ],
    [{ headers: { X: 'a' } }, 1, ['an entry of headers is not an array of strings']],
    [{ future: 1, constructor: 1, configs: { x: { future: 1 } } }, 1, []],
    ['x', 1, ['registry is not a table']],
  ]
  for (const [value, major, messages] of registry) {
    it(`${JSON.stringify(value)}: ${messages.join() || 'is read'} by ${major}.x`, () =>
      assert.deepEqual(
        misfits(value, registryShape(major), ['registry']).map(({ message }) => message),
        messages,
      ))
  }

  const files: [value: unknown, messages: string[]][] = [
    [{ plugins: [] }, ['plugins is not a table']],
    [{ plugins: { cri: 'x' } }, ['an entry of plugins is not a table']],
    [{ oom_score: 1.5, root: 1 }, ['oom_score is not an integer', 'root is not a string']],
    [
      { disabled_plugins: [1], imports: 'x' },
      ['disabled_plugins is not an array of strings', 'imports is not an array of strings'],
    ],
    [{ timeouts: { x: 'soon' } }, ['an entry of timeouts is not a duration such as "5s"']],
    [{ proxy_plugins: { x: { type: 1 } } }, ['type is not a string']],
    [{ timeouts: { x: '0s' }, oom_score: -999, future: [] }, []],
  ]
  for (const [value, messages] of files) {
    it(`${JSON.stringify(value)}: ${messages.join() || 'is read'}`, () =>
      assert.deepEqual(
        misfits(value, FILE).map(({ message }) => message),
        messages,
      ))
  }
})
