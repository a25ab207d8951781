/** Takes the pictures in docs: the output of `probe`, and the status page of `watch`. All requests stay on loopback. */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { renderPage } from '../lib/watch/page/page.ts'
import type { RegistryStatus, WatchStatus } from '../lib/watch/serve/status.ts'
import pkg from '../package.json' with { type: 'json' }
import { type Browser, startBrowser, type View } from '../test/e2e/support/browser.ts'
import { refusingOrigin } from '../test/support/registry.ts'
import {
  mirrorStatus,
  NOW,
  registryStatus,
  samplesOf,
  unhealthyMirror,
  watchStatus,
} from '../test/support/status.ts'
import { runExampleProbe } from './example-probe.ts'
import { indexedPng } from './indexed-png.ts'
import { terminalPage } from './terminal-page.ts'

const docs = path.resolve(import.meta.dirname, '../docs')
const MINUTE = 60_000

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-pictures-'))
try {
  const probe = terminalPage('regmirror probe', await runExampleProbe(folder))
  await using browser = await startBrowser(folder, await refusingOrigin())
  await takePicture(browser, 'probe.png', probe, { width: 880, height: 100, scheme: 'dark' })
  await takePicture(browser, 'status.png', renderPage(exampleStatus()), {
    width: 960,
    height: 100,
    scheme: 'light',
  })
} finally {
  await fs.rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function takePicture(browser: Browser, name: string, page: string, view: View): Promise<void> {
  const html = path.join(folder, `${name}.html`)
  await fs.writeFile(html, page)
  await browser.open(pathToFileURL(html).href, view)
  const picture = indexedPng(await browser.capture())
  await fs.writeFile(path.join(docs, name), picture)
  console.log(`docs/${name}: ${Math.ceil(picture.length / 1024)} KiB`)
}

/** One mirror of three failed a few minutes ago. */
function exampleStatus(): WatchStatus {
  const failed = 'https://cache.example.net/v2'
  return watchStatus({
    version: pkg.version,
    registries: [dockerStatus(failed), quayStatus()],
    recentEvents: [
      { at: NOW - 4 * MINUTE, text: 'updated /etc/containerd/certs.d/docker.io/hosts.toml' },
      {
        at: NOW - 4 * MINUTE,
        text: `docker.io: ${failed} is unhealthy: does not accept a connection in time; check the address, the route and the firewall`,
      },
      { at: NOW - 20 * 60 * MINUTE, text: 'read /etc/regmirror/mirrors.toml: 2 registries, 4 mirrors' },
    ],
  })
}

function dockerStatus(failed: string): RegistryStatus {
  const near = mirrorStatus({ url: 'https://mirror.example.com/v2', samples: samplesOf(wave(12, 2)) })
  const far = mirrorStatus({
    url: 'https://harbor.example.com/v2/hub',
    position: 2,
    latencyMs: 48,
    samples: samplesOf(wave(48, 9)),
  })
  const gone = unhealthyMirror({
    url: failed,
    detail: 'does not accept a connection in time; check the address, the route and the firewall',
  })
  return registryStatus({ mirrors: [near, far, gone] })
}

function quayStatus(): RegistryStatus {
  const url = 'https://quay.example.com/v2'
  return registryStatus({
    name: 'quay.io',
    mirrors: [mirrorStatus({ url, latencyMs: 22, samples: samplesOf(wave(22, 3)) })],
    servers: [{ url: 'https://quay.io/v2', health: 'unknown' }],
    files: [{ path: '/etc/containerd/certs.d/quay.io/hosts.toml', text: '' }],
  })
}

/** Latencies that look measured and are the same every time. */
function wave(ms: number, by: number): (nth: number) => number {
  return nth => ms + by * Math.sin(nth / 3) + (by / 2) * Math.sin(nth * 1.7)
}
