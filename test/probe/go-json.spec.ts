/** JSON, manifests and configs as Go decodes them. */
import assert from 'node:assert/strict'
import { decodeJson, type Shape } from '../../lib/probe/api/go-json.ts'
import { parseConfig, parseManifest } from '../../lib/probe/api/manifest.ts'

const SHAPE = {
  fields: {
    text: 'string',
    number: 'int64',
    bytes: 'bytes',
    any: 'raw',
    list: { list: { fields: { a: 'int64', b: 'int64' } } },
    map: { map: 'string' },
    below: { fields: { a: 'int64', b: 'int64' } },
  },
} as const satisfies Shape

const decode = (text: string) => JSON.stringify(decodeJson(text, SHAPE))

describe('JSON as Go decodes it', () => {
  const cases: readonly (readonly [text: string, value: object | undefined])[] = [
    ['{}', {}],
    ['null', {}],
    ['', undefined],
    ['[]', undefined],
    ['{} x', undefined],
    ['{}{}', undefined],
    ['\ufeff{}', undefined],
    ['\u00a0{}', undefined],
    [' \t\r\n{ } \n', {}],
    ['{"TEXT":"a","Number":1}', { text: 'a', number: 1 }],
    ['{"liſt":[]}', { list: [] }],
    ['{"text":null,"list":null,"below":null}', {}],
    ['{"text":1}', undefined],
    ['{"text":{}}', undefined],
    ['{"text":"\\ud800\\u0041"}', { text: '\ud800A' }],
    ['{"text":"a\nb"}', undefined],
    ['{"text":"\\x"}', undefined],
    ['{"number":-0}', { number: 0 }],
    ['{"number":1.0}', undefined],
    ['{"number":1e0}', undefined],
    ['{"number":01}', undefined],
    ['{"number":"1"}', undefined],
    ['{"number":true}', undefined],
    ['{"number":9223372036854775807}', { number: 2 ** 63 }],
    ['{"number":9223372036854775808}', undefined],
    [`{"number":${'1'.repeat(100_000)}}`, undefined],
    ['{"bytes":"!"}', undefined],
    ['{"bytes":"YQ"}', undefined],
    ['{"any":null}', { any: true }],
    ['{"any":[1,{"a":[]},"x"]}', { any: true }],
    ['{"any":[1,]}', undefined],
    ['{"any":{"a":1,}}', undefined],
    ['{"any":{"a"}}', undefined],
    ['{"any":{1:1}}', undefined],
    ['{"any":[1}}', undefined],
    ['{"other":[[[],[]],{"a":{}}],"number":1}', { number: 1 }],
    ['{"other":tru}', undefined],
    ['{"list":{}}', undefined],
    ['{"list":[null,{"a":1}]}', { list: [{}, { a: 1 }] }],
    ['{"list":[{"a":1}],"list":[]}', { list: [] }],
    ['{"map":{"a":"b","A":"c"}}', { map: { a: 'b', A: 'c' } }],
    ['{"map":{"a":1}}', undefined],
    // A second value is decoded into the first.
    ['{"below":{"a":1,"b":1},"BELOW":{"b":2}}', { below: { a: 1, b: 2 } }],
    ['{"__proto__":{"text":"x"}}', {}],
    ['{"constructor":1}', {}],
    ['{"list":[{"a":1}', undefined],
  ]
  for (const [text, value] of cases) {
    it(`reads ${JSON.stringify(text.slice(0, 60))}`, () =>
      assert.equal(decode(text), value && JSON.stringify(value)))
  }

  it('reads base64', () => {
    assert.deepEqual(decodeJson('{"bytes":"YQ==\\n"}', SHAPE), { bytes: Buffer.from('a') })
  })

  it('refuses what is nested deeper than Go allows, and keeps a limited number of values', () => {
    const nested = (depth: number) => `{"other":${'['.repeat(depth)}${']'.repeat(depth)}}`
    assert.equal(decode(nested(9_999)), '{}')
    assert.equal(decode(nested(10_000)), undefined)
    assert.equal(decode(`{"other":${'['.repeat(1_000_000)}}`), undefined)
    assert.equal(decodeJson(`{"list":[${'{},'.repeat(50_000)}{}]}`, SHAPE), 'too_many')
    assert.equal(decode(`{"other":[${'{},'.repeat(50_000)}{}]}`), '{}')
  })
})

describe('manifests', () => {
  const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
  const INDEX = 'application/vnd.oci.image.index.v1+json'
  const parse = (value: object, type: string) => parseManifest(Buffer.from(JSON.stringify(value)), type)

  it('have a config and layers, which may be missing', () => {
    const nothing = { mediaType: '', digest: '', size: 0, urls: [], data: undefined, platform: undefined }
    assert.deepEqual(parse({}, MANIFEST), { kind: 'image', config: nothing, layers: [] })
    assert.deepEqual(parse({ layers: [{ size: 1 }] }, MANIFEST), {
      kind: 'image',
      config: nothing,
      layers: [{ ...nothing, size: 1 }],
    })
  })

  it('must not look like an index, nor an index like a manifest', () => {
    for (const other of [{ manifests: null }, { mediaType: INDEX }, { fsLayers: 1 }])
      assert.equal(parse({ layers: [], ...other }, MANIFEST), undefined)
    for (const other of [{ layers: null }, { config: {} }, { mediaType: MANIFEST }])
      assert.equal(parse({ manifests: [], ...other }, INDEX), undefined)
    assert.deepEqual(parse({ manifests: [] }, INDEX), { kind: 'index', entries: [] })
  })

  it('have a config that names layers', () => {
    const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: ['a', 'b'] } }
    assert.deepEqual(parseConfig(Buffer.from(JSON.stringify(config))), {
      platform: { architecture: 'amd64', os: 'linux', variant: undefined },
      layers: 2,
    })
    assert.equal(parseConfig(Buffer.from('{"rootfs":{"diff_ids":"a"}}')), undefined)
  })
})
