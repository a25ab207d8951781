/** What `explain --probe` says of a pull: containerd takes each part where it can, other runtimes take all from one endpoint. */
import assert from 'node:assert/strict'
import type { ExplainedEndpoint, ProbedEndpoint, ProbedStep } from '../lib/model/explain-report.ts'
import { pulledFrom } from '../lib/pipeline/explain/probed-pull.ts'
import type { Dialect } from '../lib/targets/dialect.ts'

const step = (isOk: boolean): ProbedStep => ({ outcome: isOk ? 'ok' : 'next', ms: 1 })

/** An endpoint that serves these parts: `t`ag, `m`anifest, `b`lobs. */
function probed(parts: string): ProbedEndpoint {
  const [resolve, manifests, blobs] = ['t', 'm', 'b'].map(part => step(parts.includes(part)))
  return {
    serves: parts === 'tmb',
    ...(resolve && manifests && blobs && { resolve, manifests, blobs: { ...blobs, bytes: 1 } }),
  }
}

const endpoint = (url: string): ExplainedEndpoint => ({
  ...{
    url,
    role: 'mirror',
    capabilities: ['pull', 'resolve'],
    requests: {} as ExplainedEndpoint['requests'],
  },
  ...{ headers: [], credentials: { of_pull: false }, waits: [] },
})

/** The numbers of the endpoints that serve, from 1; or the failure. */
function pull(parts: readonly string[], from?: Dialect['pullsFrom']): string {
  const urls = parts.map((_, i) => `https://${i + 1}.test`)
  const { outcome, served_by, detail } = pulledFrom(urls.map(endpoint), parts.map(probed), from)
  return outcome === 'served' ? served_by.map(url => urls.indexOf(url) + 1).join() : detail
}

describe('where a pull takes an image from', () => {
  const NO_CONTENT = 'the pull fails: no endpoint serves the content'

  it('is each endpoint that serves a part, for containerd', () => {
    assert.equal(pull(['tm', 'tmb']), '1,2')
    assert.equal(pull(['tm', 'b']), '1,2')
  })

  it('is the first with the manifest, whatever it serves after it, for containers/image', () => {
    assert.equal(pull(['', 'tmb', 'tmb'], 'first_with_manifest'), '2')
    assert.equal(pull(['tm', 'tmb'], 'first_with_manifest'), NO_CONTENT)
  })

  it('is the first that serves all, for the graph driver of Docker', () => {
    assert.equal(pull(['tm', 'tmb'], 'first_with_all'), '2')
    assert.equal(pull(['tm', 'b'], 'first_with_all'), NO_CONTENT)
    assert.equal(pull(['m', ''], 'first_with_all'), 'the pull fails: no endpoint resolves the image')
  })
})
