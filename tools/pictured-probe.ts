/**
 * Runs the real `probe` against registries on loopback that a proxy serves under the names of examples, so that the
 * output shows names and certificates as on a node.
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

/** Each registry by its name; the milliseconds are what a network would add. */
const REGISTRIES: Readonly<Record<string, RegistryOptions>> = {
  'mirror.example.com': { images, behaviour: { slow: 4 } },
  'harbor.example.com': { images, behaviour: { slow: 38 }, base: '/v2/hub' },
  'cache.example.net': { behaviour: 'broken' },
  'mirror.example.org': { base: '/registry/v2' },
  'registry-1.docker.io': { images, behaviour: { slow: 93 } },
  'quay.example.com': { behaviour: { slow: 9 } },
  'quay.io': { behaviour: { slow: 71 } },
}

/** What `probe` prints on a terminal with colours. */
export async function picturedProbe(folder: string): Promise<string> {
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

/** A proxy that knows these names alone. */
async function startProxy(portOf: (name: string) => number | undefined): Promise<http.Server> {
  const server = http.createServer()
  server.on('connect', ({ url = '' }, socket) => {
    const port = portOf(new URL(`https://${url}`).hostname)
    socket.on('error', () => {})
    if (port === undefined) return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    const way = net.connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    way.on('error', () => socket.destroy())
    socket.on('close', () => way.destroy())
    way.pipe(socket).pipe(way)
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  return server
}

/** With --root, so that regmirror ignores the containerd of this machine and its proxies. */
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
