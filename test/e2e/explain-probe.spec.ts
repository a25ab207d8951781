/**
 * `explain --probe` says what a pull does: for rows of mirrors that fail in many ways, the pull of a running containerd
 * works if and only if the report says so, and gets tag and content from the endpoints that it names.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import type http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import type { ExplainedRoute, ExplainReport } from '../../lib/model/explain-report.ts'
import type { Notice } from '../../lib/model/report.ts'
import { CERTS, CONFIG, CONFIGURED, writeTree } from '../support/containerd-snapshot.ts'
import { buildImage, type Image } from '../support/image.ts'
import { type BentMirror, startMirror } from '../support/mirror.ts'
import { refusingOrigin } from '../support/registry.ts'
import { run } from '../support/run.ts'
import { type Daemon, makeNode, startContainerd } from './support/containerd.ts'
import { SCENARIOS, type Scenario, type Station } from './support/pull-scenarios.ts'
import { containerdVersion, generations, needRuntime, treeOf } from './support/runtimes.ts'

interface Prepared {
  readonly image: Image
  readonly name: string
  readonly urls: readonly string[]
  /** The requests that did not fail, each with the URL of its endpoint. */
  readonly served: readonly (readonly [url: string, request: string])[]
}

for (const { title, suite } of generations) {
  describe(`what explain --probe says of ${title}`, function () {
    this.timeout(0)
    const tree = treeOf(`containerd-${suite}`)
    const mirrors: BentMirror[] = []
    const prepared = new Map<Scenario, Prepared>()
    let home: string | undefined
    let daemon: Daemon | undefined
    let list: string

    before(async function () {
      needRuntime(this, `containerd-${suite}`, true)
      home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-explain-probe-'))
      const node = await makeNode(home)
      await writeTree(node, { [CONFIG]: CONFIGURED })
      for (const [i, scenario] of SCENARIOS.entries())
        prepared.set(scenario, await prepare(scenario, i, node))
      list = path.join(home, 'mirrors.toml')
      const version = containerdVersion(tree)
      const text = `version = 1\n[registries."list.example"]\nmirrors = []\n[targets.containerd]\nversion = "${version}"\n`
      await fs.writeFile(list, text)
      daemon = await startContainerd(tree, node, {})
    })
    after(async () => {
      await daemon?.stop()
      for (const mirror of mirrors) await mirror[Symbol.asyncDispose]()
      if (home !== undefined) await fs.rm(home, { recursive: true, force: true })
    })

    for (const scenario of SCENARIOS)
      it(`is what it does: ${scenario.about}`, async () => {
        const { name, served } = prepared.get(scenario) as Prepared
        const { code, route } = await explain(name)
        const { pull, endpoints } = route
        assert(pull !== undefined)
        const log = served as [string, string][]
        log.splice(0)
        const error = await daemon?.cri.pull(name).then(() => undefined, String)
        const shown = JSON.stringify(
          { pull, error, log, probes: endpoints.map(({ probe }) => probe) },
          null,
          1,
        )
        assert.equal(pull.outcome, error === undefined ? 'served' : 'fails', shown)
        assert.equal(code, error === undefined ? 0 : 1)
        const by = (pattern: RegExp) => log.filter(([, request]) => pattern.test(request)).map(([url]) => url)
        assert.equal(pull.resolved_by ?? pull.stopped_at, by(/^HEAD/)[0], shown)
        if (error !== undefined) return
        assert.deepEqual(pull.served_by.toSorted(), [...new Set(by(/^GET/))].toSorted(), shown)
        const serving = endpoints.filter(({ probe }) => probe?.serves).map(({ url }) => url)
        assert.ok(serving.length > 0 || pull.served_by.length > 1, shown)
      })

    async function explain(image: string): Promise<{ code: number; route: ExplainedRoute }> {
      const node = path.join(home ?? '', 'node')
      const { code, stdout, stderr } = await run([
        ...['explain', image, '--probe', '--timeout', '5s', '--root', node, '-f', list, '--format', 'json'],
      ])
      const report = JSON.parse(stdout) as ExplainReport<Notice>
      const [route] = report.images?.[0]?.routes ?? []
      assert(route !== undefined, stdout + stderr)
      return { code, route }
    }

    async function prepare({ stations }: Scenario, i: number, node: string): Promise<Prepared> {
      const registry = `s${i}.example`
      const image = buildImage(`team/app${i}`, 'v1', `${suite} ${i}\n`)
      const served: [string, string][] = []
      const urls: string[] = []
      for (const station of stations) urls.push(await start(station, image, served))
      const hosts = stations
        .slice(0, -1)
        .map(
          ({ capabilities = '["pull", "resolve"]' }, nth) =>
            `[host."${urls[nth]}"]\ncapabilities = ${capabilities}\n`,
        )
      const text = `server = "${urls.at(-1)}"\n${hosts.join('')}`
      await writeTree(node, { [`${CERTS}/${registry}/hosts.toml`]: text })
      return { image, name: `${registry}/${image.repository}:v1`, urls, served }
    }

    async function start(
      { bend, refuses }: Station,
      image: Image,
      served: [string, string][],
    ): Promise<string> {
      if (refuses) return await refusingOrigin()
      let url = ''
      const noted = (request: http.IncomingMessage, response: http.ServerResponse) => {
        response.on('finish', () => {
          if (response.statusCode < 400) served.push([`${url}/v2`, `${request.method} ${request.url}`])
        })
        return bend?.(image)(request, response) ?? false
      }
      const mirror = await startMirror(noted, image)
      url = mirror.origin
      mirrors.push(mirror)
      return url
    }
  })
}
