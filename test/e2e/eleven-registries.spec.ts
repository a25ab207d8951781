/**
 * A whole list as people have it, on every generation of containerd: whom each asks for an image of each of its
 * registries, and in which order, is what the list says.
 */
import assert from 'node:assert/strict'
import path from 'node:path'
import type { PlanReport } from '../../lib/model/report.ts'
import { type Bench, openBench } from './support/bench.ts'
import type { Daemon } from './support/containerd.ts'
import { fetchObject } from './support/ctr.ts'
import { expectedRequests, readList } from './support/expected-requests.ts'
import { generations, needRuntime, treeOf } from './support/runtimes.ts'

const LIST = path.resolve(import.meta.dirname, '../../fixtures/lists/valid/eleven-registries.toml')
const list = readList(LIST)
const registries = Object.keys(list.registries)

for (const { title, suite } of generations) {
  describe(`eleven registries on ${title}`, function () {
    this.timeout(180_000)
    let bench: Bench
    let daemon: Daemon
    let report: PlanReport

    before(async function () {
      needRuntime(this, `containerd-${suite}`, true)
      bench = await openBench(treeOf(`containerd-${suite}`))
      report = await bench.applyFile(LIST)
      daemon = await bench.start()
    })
    beforeEach(() => bench.outside.clear())
    after(() => bench?.close())

    it('is told what is doubtful in the list', () => {
      const ofList = report.notices.filter(notice => notice.target === undefined)
      const [hub, ...others] = registries
      assert.deepEqual(
        ofList.map(({ code, registry }) => `${code} ${registry}`),
        [
          `docker_io_server ${hub}`,
          `http_resolve ${hub}`,
          `http_mirror ${hub}`,
          ...others.map(name => `push_granted ${name}`),
        ],
      )
    })

    for (const name of registries) {
      const image = { registry: name, repository: 'team/app' }
      const reference = `${image.registry}/${image.repository}:latest`

      it(`asks for ${name} as the list says`, async () => {
        await assert.rejects(daemon.cri.pull(reference))
        assert.deepEqual(bench.outside.requests, expectedRequests(list, name, image))
      })

      it(`finds nothing wrong with hosts.toml of ${name}`, async () => {
        const { tree, hostsDir, outside } = bench
        const said = await fetchObject(tree, hostsDir, reference, outside.env)
        assert.doesNotMatch(said, /failed to decode/)
        assert.deepEqual(outside.requests, expectedRequests(list, name, image))
      })
    }
  })
}
