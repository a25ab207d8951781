/** A daemon.json of any bytes and values: regmirror refuses it or reads it, and never breaks. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { openReader } from '../../../lib/system/reader.ts'
import { docker } from '../../../lib/targets/docker/docker.ts'
import { dockerSettings } from '../../../lib/targets/docker/settings.ts'
import { checkProperty } from '../../support/check-property.ts'
import { withDirectory, writeTree } from '../../support/tree.ts'

const PLACE = { file: 'list', line: 1, column: 1 }
const entries = fc.oneof(
  fc.jsonValue(),
  fc.array(fc.oneof(fc.string(), fc.webUrl(), fc.jsonValue()), { maxLength: 4 }),
)
const objects = fc.record(
  {
    'registry-mirrors': entries,
    'insecure-registries': entries,
    features: fc.jsonValue(),
    proxies: fc.jsonValue(),
    'data-root': fc.jsonValue(),
    'storage-driver': fc.jsonValue(),
  },
  { requiredKeys: [] },
)
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  objects.map(value => JSON.stringify(value)),
  fc.tuple(objects, fc.nat(200)).map(([value, at]) => JSON.stringify(value).slice(0, at)),
)
const cases = fc.record({
  text: texts,
  hosts: fc.oneof(fc.string(), fc.constant('[host."https://a.example"]\n')),
  store: fc.constantFrom('graphdriver', 'containerd', undefined),
  version: fc.constantFrom('20.10.24', '27.5', '28.2.2', '28.5.2', '29.1', undefined),
})

describe('a daemon.json of any text', () => {
  it('is refused or read', async function () {
    this.timeout(300_000)
    await checkProperty(
      cases,
      2000,
      async ({ text, hosts, ...settings }) =>
        await withDirectory(async root => {
          const tree = { 'etc/docker/daemon.json': text, 'etc/docker/certs.d/docker.io/hosts.toml': hosts }
          await writeTree(root, tree)
          const view = {
            node: openReader(root),
            uid: 0,
            machine: undefined,
            state: { version: 1, files: {} },
          }
          const snapshot = await docker.observe(view as never, [], dockerSettings.resolve(settings, PLACE))
          const { conflicts, files } = docker.render([], snapshot, { takeOver: false })
          assert.deepEqual([conflicts, files], [[], []])
          docker.endpoints(snapshot, 'busybox')
          await docker.read(snapshot)
          const doctor = await docker.doctor()
          const { observed } = await doctor.observe(snapshot, view as never, [], 0)
          for (const rule of doctor.rules) rule.find(observed)
        }),
      one => JSON.stringify(one),
    )
  })
})
