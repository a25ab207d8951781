/** Suggestions for misspelt words. */
import assert from 'node:assert/strict'
import { nearest } from '../lib/wording/typos.ts'

describe('a suggestion', () => {
  const keys = ['url', 'base', 'capabilities', 'ca', 'client', 'skip_verify', 'header', 'dial_timeout']

  it('finds the word that was misspelled', () => {
    assert.equal(nearest('capabilites', keys), 'capabilities')
    assert.equal(nearest('skipverify', keys), 'skip_verify')
    assert.equal(nearest('dial-timeout', keys), 'dial_timeout')
    assert.equal(nearest('ulr', keys), 'url')
    assert.equal(nearest('headers', keys), 'header')
    assert.equal(nearest('URL', keys), 'url')
  })

  it('is undefined where no word is near', () => {
    assert.equal(nearest('tls_verify_not', keys), undefined)
    assert.equal(nearest('', keys), undefined)
    for (const word of ['remove', 'delete', 'skip'])
      assert.equal(nearest(word, ['drop', 'demote', 'keep']), undefined, word)
    assert.equal(nearest('x', []), undefined)
  })
})
