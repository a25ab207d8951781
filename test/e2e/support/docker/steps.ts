/** What a Docker with mirrors of regmirror does, step by step; the log of each loopback registry is the witness. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import { promisify } from 'node:util'
import { alternativeNames } from '../../../support/certificates/extensions.ts'
import { makeCertificate } from '../../../support/certificates/make-certificate.ts'
import { buildImage } from '../../../support/image.ts'
import { AS_BUILT } from '../../../support/program.ts'
import {
  type LoopbackRegistry,
  type RegistryOptions,
  refusingOrigin,
  startRegistry,
} from '../../../support/registry.ts'
import { FEW_BEHAVIOURS } from '../ping-first.ts'
import { type Dockerd, pull, readInfo } from './dockerd.ts'
import { explainsReloads } from './explained.ts'
import { judgesAsItPulls } from './judged.ts'

export interface Given {
  readonly daemon: Dockerd
  /** daemon.json before regmirror. */
  readonly before: string
}

export type Steps = Readonly<Record<string, (given: Given) => Promise<void>>>

const DAEMON_JSON = '/etc/docker/daemon.json'
const HOSTS = '/etc/docker/certs.d'
const LIST = '/tmp/mirrors.toml'

interface Ran {
  readonly code: number
  readonly output: string
}

async function regmirror(...args: readonly string[]): Promise<Ran> {
  const [program, ...first] = AS_BUILT
  try {
    const { stdout, stderr } = await promisify(execFile)(program, [...first, ...args])
    return { code: 0, output: stderr + stdout }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, output: stderr + stdout }
  }
}

/** Applies a list with these registries, and lets Docker read it. */
async function apply(registries: string): Promise<string> {
  await fs.writeFile(LIST, `version = 1\n\n${registries}\n\n[targets.docker]\n`)
  const { code, output } = await regmirror('apply', '-f', LIST, '--no-probe', '--reload')
  assert.equal(code, 0, output)
  return output
}

const hub = (...mirrors: readonly string[]) => `[registries."docker.io"]\nmirrors = [${mirrors.join(', ')}]`
const quoted = (url: string) => JSON.stringify(url)

let images = 0

/** Pulls an image that no pull had before, from `registry`, or uses it in another way, and returns the requests to this mirror. */
async function pullThrough(
  options: RegistryOptions,
  list: (mirror: LoopbackRegistry) => string,
  registry = 'docker.io',
  use = pull,
) {
  images += 1
  const image = buildImage('library/x', `v${images}`, `${images}\n`)
  const mirror = await startRegistry({ ...options, images: [image] })
  try {
    const output = await apply(list(mirror))
    await use(`${registry}/library/x:v${images}`)
    const paths = mirror.requests.map(({ path }) => path)
    const layer = image.blobs.at(-1)?.digest
    assert.ok(
      paths.some(path => path.endsWith(`/manifests/v${images}`)),
      `no manifest: ${paths}`,
    )
    assert.ok(
      paths.some(path => path.endsWith(`/blobs/${layer}`)),
      `no layer: ${paths}`,
    )
    return { output, requests: mirror.requests, paths, mirror }
  } finally {
    await mirror.close()
  }
}

const throughMirror: Steps[string] = async ({ daemon }) => {
  const { paths } = await pullThrough({}, ({ origin }) => hub(quoted(origin)))
  assert.ok(
    paths.every(path => path.startsWith('/v2/')),
    String(paths),
  )
  assert.ok(daemon.alive())
}

const firstRefuses: Steps[string] = async () => {
  const refusing = await refusingOrigin()
  await pullThrough({}, ({ origin }) => hub(quoted(refusing), quoted(origin)))
}

/** The second address of loopback is verified; the CA is that of the list. */
const overTls: Steps[string] = async () => {
  const ca = makeCertificate({ name: 'ca', ca: true })
  const extensions = [alternativeNames(['ip:192.0.2.10'])]
  const server = makeCertificate({ name: 'mirror', issuer: ca, extensions })
  await fs.writeFile('/tmp/ca.pem', ca.cert)
  const tls = { key: server.key, cert: server.cert }
  const options = { tls, address: '192.0.2.10' }
  await pullThrough(options, ({ origin }) => hub(`{ url = ${quoted(origin)}, ca = "ca.pem" }`))
  // Without the CA the mirror is not used: the pull fails, because this machine has no other network.
  await assert.rejects(
    pullThrough(options, ({ origin }) => hub(quoted(origin))),
    /x:v/,
  )
}

const mounted: Steps[string] = async () => {
  const { paths } = await pullThrough({ base: '/a/b/v2' }, ({ url }) => hub(quoted(url)))
  assert.ok(
    paths.some(path => path.startsWith('/a/b/v2/library/x/')),
    String(paths),
  )
}

/** Docker has the mirrors of daemon.json, in the same process. */
const reloads: Steps[string] = async ({ daemon }) => {
  const first = await apply(hub('"http://127.0.0.1:5001"', '"http://127.0.0.1:5002"'))
  assert.match(first, /docker/)
  const { RegistryConfig } = await readInfo()
  assert.deepEqual(RegistryConfig.Mirrors, ['http://127.0.0.1:5001/', 'http://127.0.0.1:5002/'])
  const { output } = await regmirror('plan', '-f', LIST)
  assert.match(output, /nothing to do/)
  assert.ok(daemon.alive())
}

const insecure: Steps[string] = async () => {
  await apply(hub('{ url = "https://192.0.2.10:7443", skip_verify = true }'))
  const { IndexConfigs } = (await readInfo()).RegistryConfig
  assert.deepEqual(
    Object.keys(IndexConfigs)
      .filter(name => IndexConfigs[name]?.Secure === false)
      .sort(),
    ['192.0.2.10:7443', 'reg.example:5000'],
  )
  await apply(hub('"https://192.0.2.10:7443"'))
  const after = (await readInfo()).RegistryConfig.IndexConfigs
  assert.deepEqual(
    Object.keys(after).filter(name => after[name]?.Secure === false),
    ['reg.example:5000'],
  )
}

/** Foreign values stay; what Docker uses is what it used before; not a byte is left. */
const restores: Steps[string] = async ({ daemon, before }) => {
  const { code, output } = await regmirror('restore', '--reload')
  assert.equal(code, 0, output)
  assert.equal(await fs.readFile(DAEMON_JSON, 'utf8'), before)
  const { Mirrors, IndexConfigs } = (await readInfo()).RegistryConfig
  assert.deepEqual(Mirrors ?? [], [])
  assert.equal(IndexConfigs['reg.example:5000']?.Secure, false)
  assert.deepEqual(await fs.readdir(HOSTS).catch(() => []), [])
  assert.ok(daemon.alive())
}

const validates: Steps[string] = async ({ before }) => {
  await fs.writeFile(DAEMON_JSON, before.replace('{', '{ "no-such-option": 1,'))
  await fs.writeFile(LIST, `version = 1\n\n${hub('"http://127.0.0.1:5009"')}\n\n[targets.docker]\n`)
  const { code, output } = await regmirror('apply', '-f', LIST, '--no-probe')
  const doctor = await regmirror('doctor')
  await fs.writeFile(DAEMON_JSON, before)
  assert.equal(code, 2, output)
  assert.match(doctor.output, /daemon\.json: dockerd refuses this file: .*no-such-option/)
  assert.match(
    output,
    /error: \/etc\/docker\/daemon\.json: dockerd refuses the present file: .*no-such-option/,
  )
}

/** hosts.toml alone: daemon.json stays as it is, so one mirror that is not verified weakens no other. */
const withoutDaemonMirrors: Steps[string] = async ({ before }) => {
  await apply(hub('{ url = "https://192.0.2.10:7443", skip_verify = true }', '"http://127.0.0.1:5001"'))
  assert.equal(await fs.readFile(DAEMON_JSON, 'utf8'), before)
  assert.deepEqual((await readInfo()).RegistryConfig.Mirrors ?? [], [])
}

const otherRegistry: Steps[string] = async () => {
  const list = ({ origin }: LoopbackRegistry) => `[registries."quay.io"]\nmirrors = [${quoted(origin)}]`
  const { requests } = await pullThrough({}, list, 'quay.io')
  assert.ok(requests.every(({ ns }) => ns === 'quay.io'))
}

const prefixed: Steps[string] = async () => {
  const { paths } = await pullThrough({ base: '/v2/proxy' }, ({ url }) => hub(quoted(url)))
  assert.ok(
    paths.every(path => path.startsWith('/v2/proxy/library/x/')),
    String(paths),
  )
}

const BUILDX = '/usr/libexec/docker/cli-plugins/docker-buildx'

/** `docker build`, whose BuildKit reads hosts.toml with both stores. */
const builds: Steps[string] = async () => {
  const list = ({ origin }: LoopbackRegistry) => `[registries."quay.io"]\nmirrors = [${quoted(origin)}]`
  const build = async (image: string) => {
    const context = await fs.mkdtemp('/tmp/build-')
    await fs.writeFile(`${context}/Dockerfile`, `FROM ${image}\nLABEL built=yes\n`)
    const env = { ...process.env, DOCKER_HOST: 'unix:///run/docker.sock' }
    await promisify(execFile)(BUILDX, ['build', '--progress', 'plain', context], { env })
  }
  const { requests } = await pullThrough({}, list, 'quay.io', build)
  assert.ok(requests.every(({ ns }) => ns === 'quay.io'))
}

const COMMON: Steps = {
  'pulls through the mirror': throughMirror,
  'pulls through the second mirror when the first refuses connections': firstRefuses,
  'verifies a mirror with the CA of the list': overTls,
}

const GRAPHDRIVER: Steps = {
  ...COMMON,
  'uses other mirrors after a reload, without a restart': reloads,
  'is explained before and after a reload': explainsReloads,
  'verifies again what the list verifies again, and leaves the registries of others': insecure,
}

export function stepsFor(suite: string, store: string): Steps {
  const newer = {
    'is asked whether it accepts the file': validates,
    'sends the path of a mounted mirror': mounted,
    'builds from an image of the mirror': builds,
  }
  const last = { 'has every byte back after restore': restores }
  if (store === 'containerd')
    return {
      ...COMMON,
      'builds from an image of the mirror': builds,
      'has no mirror in daemon.json': withoutDaemonMirrors,
      'pulls from another registry through its mirror': otherRegistry,
      'puts the prefix of a mirror before the repository': prefixed,
      ...last,
    }
  const judged = {
    'pulls through the mirrors that a probe calls healthy, and no others': () =>
      judgesAsItPulls(suite === 'bookworm' ? FEW_BEHAVIOURS : undefined),
  }
  return { ...GRAPHDRIVER, ...(suite === 'bookworm' ? {} : newer), ...judged, ...last }
}
