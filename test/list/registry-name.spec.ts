import assert from 'node:assert/strict'
import fc from 'fast-check'
import { canaryProblem } from '../../lib/list/values/canary.ts'
import { parseRegistryName } from '../../lib/list/values/registry-name.ts'

const nameOf = (key: string) => {
  const parsed = parseRegistryName(key)
  return 'name' in parsed ? parsed.name : undefined
}

describe('registry names', () => {
  it('are lower case, and docker.io has one name', () => {
    assert.equal(nameOf('GHCR.io'), 'ghcr.io')
    assert.equal(nameOf('Index.Docker.io'), 'docker.io')
    assert.equal(nameOf('registry:5000'), 'registry:5000')
    assert.equal(nameOf('localhost'), 'localhost')
    assert.equal(nameOf('127.0.0.1:5000'), '127.0.0.1:5000')
    assert.equal(nameOf('[::1]:5000'), '[::1]:5000')
    assert.equal(nameOf('*'), '*')
  })

  it('are valid names of directories', () => {
    const pieces = fc.constantFrom(
      'a',
      '.',
      '..',
      '/',
      '\\',
      ':',
      '5000',
      '*',
      '_',
      '\0',
      '\n',
      ' ',
      '[',
      ']',
      '::1',
      '%2e',
      '@',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map(parts => parts.join('')),
        ),
        key => {
          const name = nameOf(key)
          if (name !== undefined && name !== '*') assert.match(name, /^(?!\.)[a-z0-9.:[\]-]+(?<!\.)$/)
        },
      ),
      { numRuns: 2000, seed: 7 },
    )
  })
})

describe('canaries', () => {
  it('are a repository, or a full name for "*"', () => {
    assert.equal(canaryProblem('library/busybox', 'docker.io'), undefined)
    assert.equal(canaryProblem('pause:3.10', 'registry.k8s.io'), undefined)
    assert.equal(canaryProblem('localhost:5000/a/b__c:1', '*'), undefined)
    for (const canary of ['a//b', 'a:', 'a/B', 'a b', '', 'a:t:t', 'a@sha256:00']) {
      assert.notEqual(canaryProblem(canary, 'ghcr.io'), undefined, canary)
    }
  })
})
