/** A real Prometheus scrapes a real watcher: alerts, dashboard, and the reference of its metrics. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { METRICS } from '../../lib/model/metrics.ts'
import { metricsInReference, metricsOnPage } from '../support/metrics-page.ts'
import { run } from '../support/run.ts'
import { pem, TLS } from '../support/tls.ts'
import { withDirectory } from '../support/tree.ts'
import { eventually, type StoppableMirror, startMirror } from '../support/watching.ts'
import { type Alert, PROMETHEUS, type Prometheus, promtool, startPrometheus } from './support/prometheus.ts'
import { needRuntime } from './support/runtimes.ts'
import { startWatcher, type Watcher } from './support/watcher.ts'

const root = path.resolve(import.meta.dirname, '../..')
const templates = path.join(root, 'templates/prometheus')
const text = (file: string) => readFileSync(path.join(templates, file), 'utf8')

interface Target {
  readonly expr: string
  readonly legendFormat: string
}
interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description: string
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>
  readonly targets: readonly Target[]
}
interface Dashboard {
  readonly title: string
  readonly uid: string
  readonly schemaVersion: number
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string }[] }
}
const dashboard = JSON.parse(text('dashboard.json')) as Dashboard
const expressions = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => ({ title, expr })),
)

/** Runs promtool on files of a folder; returns what it prints, for an exit code of 0. */
function runPromtool(cwd: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(promtool, args, { cwd, encoding: 'utf8' })
  assert.equal(status, 0, stdout + stderr)
  return stdout
}

describe('the files for Prometheus', () => {
  before(function () {
    needRuntime(this, PROMETHEUS, false)
  })

  it('are valid rules, and each alert fires and does not fire', () => {
    const checked = runPromtool(templates, 'check', 'rules', 'alerts.yml')
    const alerts = text('alerts.yml').match(/alert: \w+/g) ?? []
    assert.match(checked, new RegExp(`SUCCESS: ${alerts.length} rules found`))
    const tests = path.join(root, 'fixtures/prometheus')
    runPromtool(tests, 'test', 'rules', 'alerts-test.yml')
    const cases = readFileSync(path.join(tests, 'alerts-test.yml'), 'utf8')
    for (const alert of alerts.map(line => line.slice('alert: '.length))) {
      const results = [...cases.matchAll(new RegExp(`alertname: ${alert}\\n +exp_alerts:(.*)`, 'g'))]
      assert.deepEqual([...new Set(results.map(([, result]) => result?.trim()))].sort(), ['', '[]'], alert)
    }
  })

  it('are a valid scrape configuration; Debian builds promtool without the discovery of pods', () =>
    withDirectory(async folder => {
      const config = text('scrape.yml').replace(
        /kubernetes_sd_configs:\n {6}- role: pod\n/,
        'static_configs:\n      - targets: [pod:1]\n',
      )
      await fs.writeFile(path.join(folder, 'prometheus.yml'), config)
      await fs.copyFile(path.join(templates, 'alerts.yml'), path.join(folder, 'alerts.yml'))
      runPromtool(folder, 'check', 'config', 'prometheus.yml')
    }))
})

describe('the dashboard', () => {
  it('has what Grafana needs to import it', () => {
    const { title, uid, schemaVersion, panels, templating } = dashboard
    assert.deepEqual([title, uid], ['regmirror', 'regmirror'])
    assert.ok(schemaVersion >= 36)
    assert.deepEqual(
      templating.list.map(({ name }) => name),
      ['datasource', 'registry', 'instance'],
    )
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
    for (const { title: name, type, description, targets, gridPos } of panels) {
      assert.ok(['stat', 'timeseries', 'table'].includes(type), name)
      assert.match(description, /\.$/, name)
      assert.ok(targets.length > 0 && gridPos.x + gridPos.w <= 24, name)
    }
  })

  it('has panels that do not overlap', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    )
    assert.equal(new Set(cells).size, cells.length)
  })

  it('and the alerts use metrics that exist', () => {
    const used =
      (expressions.map(({ expr }) => expr).join('\n') + text('alerts.yml')).match(/\bregmirror_\w+/g) ?? []
    assert.ok(used.length > 20)
    for (const name of used) assert.ok(name in METRICS, name)
  })
})

describe('a Prometheus that scrapes a watcher', function () {
  this.timeout(240_000)
  let folder: string
  let stopped: StoppableMirror
  let server: https.Server
  let watcher: Watcher
  let prometheus: Prometheus
  let address: string

  before(async function () {
    needRuntime(this, PROMETHEUS, false)
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-prometheus-'))
    const node = path.join(folder, 'node')
    const list = path.join(folder, 'mirrors.toml')
    await fs.mkdir(path.join(node, 'etc/containerd'), { recursive: true })
    await fs.writeFile(path.join(folder, 'ca.pem'), pem('ca.pem'))
    stopped = await startMirror()
    server = https.createServer(TLS, (_, response) => response.end('{}'))
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    await fs.writeFile(list, listText(`https://127.0.0.1:${port}`, stopped.url))
    watcher = await startWatcher(['-f', list, '--root', node, '--listen', '127.0.0.1:0'])
    const { url = '' } = await watcher.heard('listening', 0)
    address = new URL(url).host
    // The waits of the alerts are minutes: here they are a second.
    const rules = text('alerts.yml').replace(/for: \d+\w/g, 'for: 1s')
    prometheus = await startPrometheus(folder, address, rules)
  })

  after(async () => {
    await prometheus?.stop()
    await watcher?.stop()
    server?.close()
    await stopped?.stop()
    if (folder !== undefined) await fs.rm(folder, { recursive: true, force: true })
  })

  const firing = async () => (await prometheus.alerts()).filter(({ state }) => state === 'firing')
  const namesOf = (alerts: readonly Alert[]) =>
    [...new Set(alerts.map(({ labels: { alertname = '' } }) => alertname))].sort()

  const untilAlert = (name: string, registry?: string): Promise<Alert> =>
    eventually(
      async () =>
        (await firing()).find(({ labels }) => labels.alertname === name && labels.registry === registry),
      () => `${name} does not fire`,
    )

  it('fires no alert while everything is healthy, except that containerd must be restarted', async () => {
    const isUp = async () => (await prometheus.query('sum(regmirror_up) == 3')).length > 0
    // At the start the list is not applied yet.
    await eventually(
      async () => ((await isUp()) && namesOf(await firing()).join() === 'RestartPending') || undefined,
      () => 'other alerts fire',
    )
  })

  it('reads the metrics of the reference, with its labels, and no others', async () => {
    const page = await (await fetch(`http://${address}/metrics`)).text()
    const reference = metricsInReference(readFileSync(path.join(root, 'docs/metrics.md'), 'utf8'), 'watch')
    assert.ok(reference.size > 25)
    // The list is for one runtime, which watch does not reload.
    const expected = [...reference]
      .filter(([name]) => name !== 'regmirror_reloads_total')
      .map(([name, about]) => [name, about.replace(' targets', '')] as const)
    assert.deepEqual(new Map([...metricsOnPage(page)].sort()), new Map(expected.sort()))
  })

  it('reads pages that promtool accepts, of watch and of probe', async () => {
    const page = await (await fetch(`http://${address}/metrics`)).text()
    const probed = await run(['probe', '-f', path.join(folder, 'mirrors.toml'), '--format', 'prometheus'])
    assert.match(probed.stdout, /^regmirror_probe_timestamp_seconds \d+$/m)
    for (const input of [page, probed.stdout]) {
      const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], {
        input,
        encoding: 'utf8',
      })
      assert.deepEqual([status, stdout + stderr], [0, ''])
    }
  })

  it('fires MirrorDown for a mirror that stops, and RegistryDown where it was the only endpoint', async () => {
    await stopped.stop()
    const mirrorDown = await untilAlert('MirrorDown', 'docker.io')
    assert.match(
      mirrorDown.annotations.summary ?? '',
      /^The mirror http:\S+\/v2 of docker\.io is .* on 1 nodes$/,
    )
    assert.equal(mirrorDown.annotations.command, 'regmirror probe')
    const { labels } = await untilAlert('RegistryDown', 'alone.test')
    assert.equal(labels.severity, 'critical')
    await eventually(
      async () => namesOf(await firing()).join() === 'MirrorDown,RegistryDown,RestartPending' || undefined,
      () => 'other alerts fire',
    )
  })

  it('has a result for every query of the dashboard', async () => {
    for (const { title, expr } of expressions) {
      const query = expr
        .replaceAll('$__rate_interval', '1m')
        .replaceAll('$registry', '.*')
        .replaceAll('$instance', '.*')
      assert.doesNotMatch(query, /\$/, title)
      // A probe that a busy machine does not finish in time has no latency.
      await eventually(
        async () => (await prometheus.query(query)).length > 0 || undefined,
        () => `${title}: ${query}`,
      )
    }
    const [failing] = await prometheus.query('count(regmirror_registry_up == 0)')
    assert.equal(failing?.value[1], '1')
  })

  it('fires WatcherStale when the watcher has stopped', async () => {
    assert.equal(await watcher.stop(), 0)
    const { annotations } = await untilAlert('WatcherStale')
    assert.equal(annotations.command, 'systemctl status regmirror-watch')
  })
})

function listText(healthy: string, stopped: string): string {
  return `version = 1

[health]
interval = "1s"

[registries."docker.io"]
mirrors = [{ url = "${healthy}", ca = ["ca.pem"] }, "${stopped}"]

[registries."alone.test"]
fallback = false
mirrors = ["${stopped}"]
`
}
