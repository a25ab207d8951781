/** One writer per node: the lock is held, waited for, and free again however its holder ends. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serveHolder } from '../lib/apply/holder-socket.ts'
import { type LockRequest, withNodeLock } from '../lib/apply/node-lock.ts'
import { Failure } from '../lib/model/errors.ts'
import { openWriter, type Writer } from '../lib/system/writer.ts'
import { kill, spawnCli, startHolder } from './support/process.ts'
import { REAL_TIME } from './support/run.ts'
import { readTree, type Tree, withDirectory } from './support/tree.ts'

const STATE = 'var/lib/regmirror'

const makeRequest = (more: Partial<LockRequest> = {}): LockRequest => ({
  purpose: 'lock' as const,
  holder: 'a test',
  made: [],
  timeoutMs: 60_000,
  monotonic: REAL_TIME.monotonic,
  signal: new AbortController().signal,
  onWait: () => {},
  ...more,
})

/** A writer with random delays, so that processes meet in every order. */
function slowRandomly(node: Writer, random: () => number): Writer {
  const slow =
    <A extends unknown[], R>(act: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await sleep(random() * 4)
      const result = await act(...args)
      await sleep(random() * 4)
      return result
    }
  return { ...node, entries: slow(node.entries), link: slow(node.link), remove: slow(node.remove) }
}

/** The same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

describe('the lock', () => {
  it('is released immediately, also while a client keeps its connection open', () =>
    withDirectory(async root => {
      const socket = await withNodeLock(openWriter(root), makeRequest(), async () => {
        const client = net.connect({ path: path.join(root, STATE, 'lock-1'), allowHalfOpen: true })
        await once(client, 'connect')
        return client
      })
      socket.destroy()
      assert.deepEqual(await readTree(root), {})
    }))

  for (const seed of [1, 2, 3]) {
    it(`is held by one process at a time, even if holders are killed (seed ${seed})`, () =>
      withDirectory(async root => {
        const random = randomFrom(seed)
        let [inside, entered] = [0, 0]
        const enter = async () => {
          inside += 1
          entered += 1
          assert.equal(inside, 1)
          await sleep(random() * 3)
          inside -= 1
        }
        const contend = async () => {
          const node = slowRandomly(openWriter(root), random)
          // One in five leaves its ticket behind, like a killed process: its socket is closed.
          const killed = { ...node, remove: async () => assert.fail('killed') }
          const isKilled = random() < 0.2
          await withNodeLock(isKilled ? killed : node, makeRequest(), enter).catch(error =>
            assert.equal(error.message, 'killed'),
          )
        }
        const contenders = Array.from({ length: 12 }, async () => {
          for (let i = 0; i < 4; i += 1) await contend()
        })
        await Promise.all(contenders)
        // Some are killed before they hold the lock.
        assert.ok(entered >= 36, `${entered} of 48 held the lock`)
        await withNodeLock(openWriter(root), makeRequest(), async () => {})
        assert.deepEqual(Object.keys(await readTree(root)), ['var/lib/'], 'no ticket is left')
      }))
  }

  it('is not taken by a process that decided before other processes held and released it', () =>
    withDirectory(async root => {
      await kill(await startHolder(root), 'SIGKILL')
      const node = openWriter(root)
      const [decided, late] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const slow: Writer = {
        ...node,
        link: async (from, to) => {
          decided.resolve()
          await late.promise
          return await node.link(from, to)
        },
      }
      const [inside, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const order: string[] = []
      // It has seen that the ticket of the killed process is the highest, and is about to take the next one.
      const first = withNodeLock(slow, makeRequest(), async () => void order.push('first'))
      await decided.promise
      await withNodeLock(node, makeRequest(), async () => void order.push('second'))
      const third = withNodeLock(node, makeRequest(), async () => {
        inside.resolve()
        await done.promise
        order.push('third')
      })
      await inside.promise
      late.resolve()
      await sleep(300)
      done.resolve()
      await Promise.all([first, third])
      assert.deepEqual(order, ['second', 'third', 'first'])
    }))

  it('does not connect to a socket behind a link', () =>
    withDirectory(async root => {
      let connections = 0
      const server = net.createServer(client => {
        connections += 1
        client.end('regmirror')
      })
      await fs.mkdir(path.join(root, STATE), { recursive: true })
      await once(server.listen(path.join(root, 'other.sock')), 'listening')
      try {
        await fs.symlink(path.join(root, 'other.sock'), path.join(root, STATE, 'lock-1'))
        await assert.rejects(
          withNodeLock(openWriter(root), makeRequest(), async () => {}),
          /lock-1: is not a lock of regmirror; remove it/,
        )
        assert.equal(connections, 0)
      } finally {
        server.close()
      }
    }))

  it('shows its holder to a waiting process, which gives up after its timeout', () =>
    withDirectory(async root => {
      const holder = await startHolder(root)
      try {
        const shown: string[] = []
        const waiting = makeRequest({ timeoutMs: 300, onWait: name => shown.push(name) })
        await assert.rejects(
          withNodeLock(openWriter(root), waiting, async () => {}),
          error =>
            error instanceof Failure &&
            error.code === 'locked' &&
            error.message.startsWith(`/${STATE}: holder ${holder.pid} is writing to this node; `),
        )
        assert.deepEqual(shown, [`holder ${holder.pid}`])
      } finally {
        await kill(holder, 'SIGTERM')
      }
    }))

  it('shows its holder on one line, with escaped control characters', () =>
    withDirectory(async root => {
      const shown: string[] = []
      const name = 'regmirror apply\nerror: fake\u001b[2J'
      const plain = 'regmirror apply error: fake\\u001b[2J'
      await withNodeLock(openWriter(root), makeRequest({ holder: name }), async () => {
        const waiting = makeRequest({ timeoutMs: 300, onWait: holder => shown.push(holder) })
        await assert.rejects(
          withNodeLock(openWriter(root), waiting, async () => {}),
          error => error instanceof Failure && error.message.includes(`${plain} is writing to this node`),
        )
      })
      assert.deepEqual(shown, [plain])
    }))

  it('stops waiting immediately when it is aborted', () =>
    withDirectory(async root => {
      const holder = await startHolder(root)
      try {
        const stop = new AbortController()
        const waiting = makeRequest({ signal: stop.signal, onWait: () => stop.abort() })
        await assert.rejects(
          withNodeLock(openWriter(root), waiting, async () => {}),
          Failure,
        )
      } finally {
        await kill(holder, 'SIGTERM')
      }
    }))

  it('is free as soon as its holder is killed', () =>
    withDirectory(async root => {
      const holder = await startHolder(root)
      await kill(holder, 'SIGKILL')
      assert.ok((await fs.readdir(path.join(root, STATE))).includes('lock-1'), 'the ticket is left behind')
      await withNodeLock(openWriter(root), makeRequest({ timeoutMs: 0 }), async () => {})
      assert.deepEqual(
        await readTree(root),
        { 'var/lib/': undefined },
        'the killed process had created these directories',
      )
    }))

  it('is held by a process that SIGSTOP has paused', () =>
    withDirectory(async root => {
      const holder = await startHolder(root)
      holder.kill('SIGSTOP')
      try {
        const waiting = makeRequest({ timeoutMs: 0 })
        await assert.rejects(
          withNodeLock(openWriter(root), waiting, async () => {}),
          /another regmirror is writing/,
        )
      } finally {
        await kill(holder, 'SIGKILL')
      }
    }))

  it('works below a path that is too long for a socket', () =>
    withDirectory(async home => {
      const root = path.join(home, 'x'.repeat(120), 'y'.repeat(120))
      await fs.mkdir(root, { recursive: true })
      const holder = await startHolder(root)
      try {
        const waiting = makeRequest({ timeoutMs: 0 })
        await assert.rejects(
          withNodeLock(openWriter(root), waiting, async () => {}),
          /holder \d+ is writing/,
        )
      } finally {
        await kill(holder, 'SIGTERM')
      }
    }))

  it('makes apply wait, and fail after --lock-timeout', () =>
    withDirectory(async root => {
      const list = path.join(root, 'mirrors.toml')
      await fs.writeFile(list, 'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n')
      const holder = await startHolder(root)
      try {
        const args = ['apply', '--root', root, '-f', list]
        const refused = await spawnCli([...args, '--lock-timeout', '0s', '--format', 'json'])
        assert.equal(refused.code, 2)
        assert.equal(JSON.parse(refused.stdout).code, 'locked')
        const waiting = spawnCli(args)
        await sleep(500)
        holder.stdin?.end()
        const { code, stderr } = await waiting
        assert.equal(code, 0, stderr)
      } finally {
        await kill(holder, 'SIGTERM')
      }
    }))
})

describe('twenty concurrent applies of two lists', () => {
  const listOf = (names: readonly string[]) =>
    `version = 1\n${names.map(name => `[registries."${name}"]\nmirrors = ["https://m.example"]\n`).join('')}`
  const lists = { a: listOf(['docker.io', 'quay.io', 'ghcr.io']), b: listOf(['docker.io', 'gcr.io']) }
  const notState = (tree: Tree) =>
    Object.fromEntries(Object.entries(tree).filter(([file]) => !file.startsWith(STATE)))

  it('end with exactly one of the lists and no leftovers', function () {
    this.timeout(300_000)
    return withDirectory(async home => {
      for (const [name, text] of Object.entries(lists)) await fs.writeFile(path.join(home, name), text)
      const applyTo = async (root: string, name: string) => {
        const args = ['apply', '--root', root, '-f', path.join(home, name), '--list-format', 'toml']
        const { code, stderr } = await spawnCli([...args, '--lock-timeout', '4m'])
        assert.equal(code, 0, stderr)
      }
      const roots = ['only-a', 'only-b', 'both'].map(name => path.join(home, name))
      for (const root of roots) await fs.mkdir(root)
      const [onlyA = '', onlyB = '', both = ''] = roots
      await applyTo(onlyA, 'a')
      await applyTo(onlyB, 'b')
      await Promise.all(Array.from({ length: 20 }, (_, i) => applyTo(both, i % 2 === 0 ? 'a' : 'b')))
      const [a, b, result] = await Promise.all([onlyA, onlyB, both].map(async root => readTree(root)))
      const same = (one = {}, other = {}) => JSON.stringify(notState(one)) === JSON.stringify(notState(other))
      assert.ok(same(result, a) || same(result, b), JSON.stringify(result, null, 2))
      assert.deepEqual(
        Object.keys(result ?? {}).filter(file => file.startsWith(STATE)),
        [`${STATE}/state.json`],
      )
    })
  })
})

describe('the socket of a lock', () => {
  it('keeps no descriptor for a client that never closes', () =>
    withDirectory(async directory => {
      const file = path.join(directory, 'socket')
      const close = await serveHolder(file, 'a holder')
      const descriptors = async () => (await fs.readdir('/proc/self/fd')).length
      const before = await descriptors()
      // They keep their end of the connection open.
      const clients = Array.from({ length: 50 }, () => net.connect({ path: file, allowHalfOpen: true }))
      try {
        for (const client of clients)
          assert.equal((await client.setEncoding('utf8').toArray()).join(''), 'a holder')
        assert.ok((await descriptors()) - before < clients.length * 1.5)
      } finally {
        for (const client of clients) client.destroy()
        await close()
      }
    }))
})
