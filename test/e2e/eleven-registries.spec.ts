/**
 * A complete list on every generation of containerd: each pull sends the requests that the list declares, in order.
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
    beforeEach(() => bench.proxy.clear())
    after(() => bench?.close())

    it('get notices about doubtful settings of the list', () => {
      const ofList = report.notices.filter(notice => notice.target === undefined)
      const [hub, ...rest] = registries
      assert.deepEqual(
        ofList.map(({ code, registry }) => `${code} ${registry}`),
        [
          `docker_io_server ${hub}`,
          `http_resolve ${hub}`,
          `http_mirror ${hub}`,
          ...rest.map(name => `push_granted ${name}`),
        ],
      )
    })

    for (const name of registries) {
      const image = { registry: name, repository: 'team/app' }
      const reference = `${image.registry}/${image.repository}:latest`

      it(`send the requests for ${name} that the list declares`, async () => {
        await assert.rejects(daemon.cri.pull(reference))
        assert.deepEqual(bench.proxy.requests, expectedRequests(list, name, image))
      })

      it(`have a valid hosts.toml for ${name}`, async () => {
        const { tree, hostsDir, proxy } = bench
        const stderr = await fetchObject(tree, hostsDir, reference, proxy.env)
        assert.doesNotMatch(stderr, /failed to decode/)
        assert.deepEqual(proxy.requests, expectedRequests(list, name, image))
      })
    }
  })
}
