/**
 * What doctor finds in certs.d is why the real containerd does not use a mirror, and the cure makes it use it. One daemon of
 * each release serves all nodes, since it reads certs.d at every pull; a proxy logs what it requests.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import {
  CONFIG,
  CONFIGURED,
  cureFixture,
  type FixtureCase,
  readCase,
  writeFixture,
} from '../support/fixture-node.ts'
import { ROOT } from '../support/load.ts'
import { withDirectory } from '../support/tree.ts'
import { type Daemon, makeNode, startContainerd } from './support/containerd.ts'
import { type LoggingProxy, startLoggingProxy } from './support/logging-proxy.ts'
import { containerdVersion, generations, needRuntime, treeOf } from './support/runtimes.ts'
import { listenWithTls, type TlsListener } from './support/tls-listener.ts'

const NODES = path.join(ROOT, 'fixtures/doctor')
const TLS = path.join(ROOT, 'fixtures/tls')
const DIRECTORIES = ['etc/containerd', 'etc/ssl/corp', 'etc/docker']

/** `1.7` of `1.7.24`. */
const lineOf = (version = '') => version.split('.').slice(0, 2).join('.')

type Pulled = FixtureCase & Required<Pick<FixtureCase, 'pull'>>

interface Subject {
  readonly name: string
  readonly one: Pulled
}

const hasPull = (one: FixtureCase): one is Pulled => one.pull !== undefined
const subjects: readonly Subject[] = readdirSync(NODES)
  .sort()
  .map(name => ({ name, one: readCase(path.join(NODES, name)) }))
  .filter((subject): subject is Subject => hasPull(subject.one))

for (const { title, suite } of generations) {
  describe(`certs.d as ${title} reads it`, function () {
    this.timeout(0)
    const tree = treeOf(`containerd-${suite}`)
    const line = existsSync(tree) ? lineOf(containerdVersion(tree)) : ''
    const log: string[] = []
    let [home, node] = ['', '']
    let proxy: LoggingProxy
    let tls: TlsListener
    let daemon: Daemon | undefined

    before(async function () {
      needRuntime(this, `containerd-${suite}`, true)
      home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-hosts-'))
      node = await makeNode(home)
      proxy = await startLoggingProxy(log, ({ url, headers }) =>
        headers.authorization === undefined ? (url ?? '') : `${url} with Authorization`,
      )
      tls = await listenWithTls(url => log.push(`TLS ${url}`))
      await fs.writeFile(path.join(node, CONFIG), CONFIGURED)
      daemon = await startContainerd(tree, node, proxy.env)
    })
    after(async () => {
      await daemon?.stop()
      await tls?.close()
      await proxy?.close()
      if (home !== '') await fs.rm(home, { recursive: true, force: true })
    })

    /** Gives the running containerd these files; it has read config.toml before. */
    async function replaceFiles(root: string) {
      for (const directory of DIRECTORIES) {
        await fs.rm(path.join(node, directory), { recursive: true, force: true })
        await fs
          .cp(path.join(root, directory), path.join(node, directory), {
            recursive: true,
            verbatimSymlinks: true,
          })
          .catch(ignoreAbsent)
      }
    }

    async function pull(root: string, { image, tls: host }: Pulled['pull']): Promise<string> {
      await replaceFiles(root)
      if (host !== undefined) await serveWithTls(path.join(node, 'etc/containerd/certs.d'), host, tls)
      log.splice(0)
      const error = await daemon?.cri.pull(image).then(() => new Error('it was pulled'), String)
      return String(error)
    }

    for (const { name, one } of subjects.filter(({ one }) => lineOf(one.version) === line)) {
      it(`${name}: ${one.about}`, () =>
        withDirectory(async root => {
          const folder = path.join(NODES, name)
          await writeFixture(folder, root, one)
          const error = await pull(root, one.pull)
          assert.match(error, new RegExp(one.pull.fails ?? '^Error: '))
          if (one.pull.random) await assertRandom(() => pull(root, one.pull))
          else assert.deepEqual(log, one.pull.broken)
          await cureFixture(folder, root, one)
          await pull(root, one.pull)
          assert.deepEqual(log, one.pull.cured)
        }))
    }

    /** The order changes within some pulls: that it never does by chance is as likely as one in a million millions. */
    async function assertRandom(again: () => Promise<unknown>) {
      const first = [...log]
      for (let i = 0; i < 40; i++) {
        await again()
        if (log[0] !== first[0]) return
      }
      assert.fail(`always in the order ${first}`)
    }
  })
}

/** The host is the listener, and certificates of the fixtures are those of its CA. */
async function serveWithTls(directory: string, host: string, tls: TlsListener): Promise<void> {
  const expired = await fs.readFile(path.join(TLS, 'expired-ca.pem'), 'utf8')
  for (const entry of await fs.readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath, entry.name)
    const text = await fs.readFile(file, 'utf8')
    const isCertificate = text.startsWith('-----BEGIN CERTIFICATE')
    const ca = text === expired ? tls.expiredCa : tls.ca
    await fs.writeFile(file, isCertificate ? ca : text.replaceAll(`https://${host}`, `https://${tls.host}`))
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
