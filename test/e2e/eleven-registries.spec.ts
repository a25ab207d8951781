/**
 * A whole list as people have it, on every generation of containerd: whom each asks for an image of each of its
 * registries, and in which order, is what the list says.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import TOML from '@iarna/toml'
import type { PlanReport } from '../../lib/report.ts'
import { type Bench, openBench } from './support/bench.ts'
import type { Daemon } from './support/containerd.ts'
import { fetchObject } from './support/ctr.ts'
import { generations, needRuntime, treeOf } from './support/runtimes.ts'

const LIST = path.resolve(import.meta.dirname, '../../fixtures/lists/valid/eleven-registries.toml')
const IMAGE = 'team/app'

type Mirror = string | { url: string }
interface Table {
  readonly server: string
  readonly mirrors: readonly Mirror[]
}

const list = TOML.parse(readFileSync(LIST, 'utf8')) as unknown as { registries: Record<string, Table> }
const registries = Object.entries(list.registries)

/** Whom the list wants to be asked for a tag of that registry, in the words of the proxy's log. */
function wanted(name: string, { server, mirrors }: Table): string[] {
  const urls = mirrors.map(mirror => (typeof mirror === 'string' ? mirror : mirror.url))
  const last = name === 'docker.io' ? 'https://registry-1.docker.io' : server
  return [...urls, last].map(url =>
    url.startsWith('https://')
      ? `${url.slice('https://'.length)}:443`
      : `${url}/v2/${IMAGE}/manifests/latest?ns=${name}`,
  )
}

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
      const [hub, ...others] = registries.map(([name]) => name)
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

    for (const [name, table] of registries) {
      it(`asks for ${name} as the list says`, async () => {
        await assert.rejects(daemon.cri.pull(`${name}/${IMAGE}:latest`))
        assert.deepEqual(bench.outside.asked, wanted(name, table))
      })

      it(`finds nothing wrong with hosts.toml of ${name}`, async () => {
        const { tree, hostsDir, outside } = bench
        const said = await fetchObject(tree, hostsDir, `${name}/${IMAGE}:latest`, outside.env)
        assert.doesNotMatch(said, /failed to decode/)
        assert.deepEqual(outside.asked, wanted(name, table))
      })
    }
  })
}
