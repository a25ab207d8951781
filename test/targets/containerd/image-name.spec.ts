/** Names as ParseDockerRef takes them (github.com/distribution/reference normalize.go@v0.6.0; 1.6: reference/docker/reference.go@v1.6.20). */
import assert from 'node:assert/strict'
import { parseImageName } from '../../../lib/targets/hosts-toml/read/image-name.ts'
import { parseRelease, type Release } from '../../../lib/targets/release.ts'

const DIGEST = `sha256:${'5'.repeat(64)}`
const release = (text: string) => parseRelease(text) as Release
const NEW = release('2.1.9')

function named(text: string, reader = NEW): string {
  const name = parseImageName(text, reader)
  return 'problem' in name ? name.problem : `${name.registry} ${name.repository} ${name.reference}`
}

describe('image names', () => {
  const names: [name: string, meaning: string][] = [
    ['busybox', 'docker.io library/busybox latest'],
    ['busybox:1.36', 'docker.io library/busybox 1.36'],
    ['team/app', 'docker.io team/app latest'],
    ['docker.io/busybox', 'docker.io library/busybox latest'],
    ['index.docker.io/busybox', 'docker.io library/busybox latest'],
    ['index.docker.io/team/app:t', 'docker.io team/app t'],
    ['registry-1.docker.io/busybox', 'registry-1.docker.io busybox latest'],
    [`docker.io/library/x@${DIGEST}`, `docker.io library/x ${DIGEST}`],
    [`reg:5000/a/b:t@${DIGEST}`, `reg:5000 a/b ${DIGEST}`],
    ['reg:5000/a/b:t', 'reg:5000 a/b t'],
    ['reg.example/a', 'reg.example a latest'],
    ['localhost/a', 'localhost a latest'],
    ['localhost:5000', 'docker.io library/localhost 5000'],
    ['[::1]:5000/a', '[::1]:5000 a latest'],
    ['Reg/a', 'Reg a latest'],
    ['a__b/c-_d', 'this is not an image name'],
    ['', 'this is not an image name'],
    ['a/', 'this is not an image name'],
    ['https://reg.example/a', 'this is not an image name'],
    ['reg.example/a:', 'this is not an image name'],
    ['reg.example/a@sha256:55', 'this is not an image name'],
    [`reg.example/a@md5:${'5'.repeat(32)}`, 'the digest is invalid'],
    [`reg.example/a@sha256:${'A'.repeat(64)}`, 'the digest is invalid'],
    ['reg.example/Team/app', 'a repository name must be lower case'],
    ['5'.repeat(64), 'this is an image ID, not an image name'],
    [`reg.example/${'a'.repeat(255)}`, `reg.example ${'a'.repeat(255)} latest`],
    [`reg.example/${'a'.repeat(256)}`, 'a repository name must not exceed 255 characters'],
  ]
  for (const [name, meaning] of names) {
    it(`reads ${JSON.stringify(name.slice(0, 40))}`, () => assert.equal(named(name), meaning))
  }

  it('knows no IPv6 address and no registry in capitals on 1.6', () => {
    assert.equal(named('[::1]:5000/a', release('1.6.20')), 'this is not an image name')
    assert.equal(named('Reg/a', release('1.6.20')), 'a repository name must be lower case')
  })

  it('counts the registry in the length of a name on 1.6', () => {
    const problem = 'a repository name must not exceed 255 characters'
    assert.equal(named(`reg.example/${'a'.repeat(250)}`, release('1.6.20')), problem)
  })
})
