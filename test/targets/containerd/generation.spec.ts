import assert from 'node:assert/strict'
import { parseVersionOutput } from '../../../lib/targets/containerd/release.ts'
import { atLeast, parseRelease, type Release } from '../../../lib/targets/release.ts'

describe('generation', () => {
  const outputs: [output: string, version: string][] = [
    ['containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3\n', '1.6.20'],
    ['containerd github.com/containerd/containerd 1.7.24~ds1 1.7.24~ds1-6+deb13u1\n', '1.7.24'],
    [
      'containerd github.com/containerd/containerd/v2 v2.1.4 75cb2b7193e4e490e9fbdc236c0e811ccaba3376\n',
      '2.1.4',
    ],
    ['containerd containerd.io 1.7.27 05044ec0a9a75232cad458027ca83437aae3f4da\n', '1.7.27'],
  ]
  for (const [output, version] of outputs) {
    it(`reads ${version} from the output of containerd`, () => {
      assert.deepEqual(parseVersionOutput(output), parseRelease(version))
    })
  }

  it('reads X.Y as its oldest patch', () =>
    assert.deepEqual(parseRelease('2.1'), { name: '2.1', major: 2, minor: 1, patch: 0 }))

  it('compares number by number', () => {
    const at = (text: string) => parseRelease(text) as Release
    assert.ok(atLeast(at('1.6.20'), '1.6.17'))
    assert.ok(!atLeast(at('1.6.9'), '1.6.17'))
    assert.ok(atLeast(at('2.1.0'), '2.0.7'))
    assert.ok(atLeast(at('1.10.0'), '1.9.9'))
    assert.ok(!atLeast(at('2.0.6'), '2.0.7'))
  })
})
