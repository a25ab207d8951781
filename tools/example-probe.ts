/**
 * Runs `probe` against registries on loopback that a proxy serves under example names, so that the output looks as on a
 * node.
 */
import fs from 'node:fs/promises'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { buildImage } from '../test/support/image.ts'
import { type LoopbackRegistry, type RegistryOptions, startRegistry } from '../test/support/registry.ts'
import { run } from '../test/support/run.ts'
import { pem } from '../test/support/tls.ts'

const LIST = `version = 1
[registries."docker.io"]
mirrors = [
  "https://mirror.example.com",
  "https://harbor.example.com/v2/hub",
  "https://cache.example.net",
  "https://mirror.example.org",
]
[registries."quay.io"]
mirrors = ["https://quay.example.com"]
`

const images = [buildImage('library/busybox')]
const tls = { key: pem('server-key.pem'), cert: pem('example.pem') }

/** By host name; `slow` stands for the latency of a network, in milliseconds. */
const REGISTRIES: Readonly<Record<string, RegistryOptions>> = {
  'mirror.example.com': { images, behaviour: { slow: 4 } },
  'harbor.example.com': { images, behaviour: { slow: 38 }, base: '/v2/hub' },
  'cache.example.net': { behaviour: 'broken' },
  'mirror.example.org': { base: '/registry/v2' },
  'registry-1.docker.io': { images, behaviour: { slow: 93 } },
  'quay.example.com': { behaviour: { slow: 9 } },
  'quay.io': { behaviour: { slow: 71 } },
}

/** Returns the output on a terminal of 100 columns, with its colors. */
export async function runExampleProbe(folder: string): Promise<string> {
  const registries = new Map<string, LoopbackRegistry>()
  for (const [name, options] of Object.entries(REGISTRIES))
    registries.set(name, await startRegistry({ ...options, tls }))
  const proxy = await startProxy(name => registries.get(name)?.port)
  try {
    return await probe(folder, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
  } finally {
    for (const registry of registries.values()) await registry.close()
    await new Promise(closed => proxy.close(closed))
  }
}

async function startProxy(portOf: (name: string) => number | undefined): Promise<http.Server> {
  const server = http.createServer()
  server.on('connect', ({ url = '' }, client) => {
    const port = portOf(new URL(`https://${url}`).hostname)
    client.on('error', () => {})
    if (port === undefined) return void client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    const registry = net.connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'))
    registry.on('error', () => client.destroy())
    client.on('close', () => registry.destroy())
    registry.pipe(client).pipe(registry)
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  return server
}

/** With --root, because regmirror would use the proxies of a containerd that runs on this machine. */
async function probe(folder: string, proxy: string): Promise<string> {
  const list = path.join(folder, 'mirrors.toml')
  const certificates = path.join(folder, 'certificates.pem')
  await fs.writeFile(list, LIST, { mode: 0o644 })
  await fs.writeFile(certificates, tls.cert, { mode: 0o644 })
  await fs.mkdir(path.join(folder, 'node'))
  const args = ['probe', '-f', list, '--root', path.join(folder, 'node')]
  const env = { HTTPS_PROXY: proxy, SSL_CERT_FILE: certificates }
  const { code, stdout, stderr } = await run(args, { env }, { isTTY: true, columns: 100 })
  if (code !== 0) throw new Error(stdout + stderr)
  return stdout
}
