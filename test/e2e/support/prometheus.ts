/** Prometheus of Debian's packages: it scrapes one target, and evaluates rules. */
import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { kill } from '../../support/process.ts'
import { eventually } from '../../support/watching.ts'
import { launcher } from './runtimes.ts'

export const PROMETHEUS = 'prometheus-bookworm'
export const promtool = launcher(PROMETHEUS, 'promtool')

export interface Prometheus {
  /** The samples of a query; throws for one that Prometheus refuses. */
  query(text: string): Promise<readonly Found[]>
  alerts(): Promise<readonly Alert[]>
  stop(): Promise<void>
}

interface Found {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [time: number, text: string]
}

export interface Alert {
  readonly state: 'pending' | 'firing'
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** `rules` is the text of a rule file; the target is that of the job `regmirror`. */
export async function startPrometheus(folder: string, target: string, rules: string): Promise<Prometheus> {
  await fs.writeFile(path.join(folder, 'rules.yml'), rules)
  await fs.writeFile(path.join(folder, 'prometheus.yml'), configText(target))
  const address = `127.0.0.1:${await freePort()}`
  const flags = {
    'config.file': path.join(folder, 'prometheus.yml'),
    'storage.tsdb.path': path.join(folder, 'data'),
    'web.listen-address': address,
    'log.level': 'warn',
  }
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
  const child = spawn(launcher(PROMETHEUS, 'prometheus'), args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    log += text
  })
  const get = async (from: string) => {
    const response = await fetch(`http://${address}/api/v1/${from}`)
    const { status, error, data } = (await response.json()) as ApiResponse
    if (status !== 'success') throw new Error(`${from}: ${error}`)
    return data
  }
  const isReady = () =>
    get('status/buildinfo').then(
      () => true,
      () => undefined,
    )
  await eventually(isReady, () => `Prometheus does not start: ${log}`).catch(async error => {
    await kill(child, 'SIGKILL')
    throw error
  })
  return {
    query: async text => (await get(`query?query=${encodeURIComponent(text)}`)).result ?? [],
    alerts: async () => (await get('alerts')).alerts ?? [],
    stop: () => kill(child, 'SIGTERM'),
  }
}

interface ApiResponse {
  readonly status: string
  readonly error?: string
  readonly data: { readonly result?: readonly Found[]; readonly alerts?: readonly Alert[] }
}

function configText(target: string): string {
  return `global:
  scrape_interval: 2s
  evaluation_interval: 1s
rule_files: [rules.yml]
scrape_configs:
  - job_name: regmirror
    static_configs: [{ targets: ['${target}'] }]
`
}

/** Prometheus does not report which port it has selected. */
async function freePort(): Promise<number> {
  const server = http.createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise(done => server.close(done))
  return port
}
