/** Which endpoints containerd contacts while mirrors fail one after the other and recover, by the rules of the list. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import { type Endpoint, readHosts } from '../support/containerd-hosts.ts'
import { parallelTests } from '../support/parallel-tests.ts'
import {
  eventually,
  type Place,
  type StoppableMirror,
  startMirror,
  watching,
  withPlace,
} from '../support/watching.ts'

const HEALTH = 'version = 1\n[health]\ninterval = "1s"\n'
/** A registry that the list does not name. */
const ANY = 'any.test'
const OWN = `https://${ANY}`

/** The endpoints in the file, in the order of containerd, without their `/v2`. */
async function endpoints({ hosts }: Place, folder: string): Promise<readonly Endpoint[] | undefined> {
  const text = await hosts(folder)
  return text === undefined ? undefined : readHosts(text, ANY)
}

const origins = (all: readonly Endpoint[] = []) => all.map(({ base }) => base.replace(/\/v2$/, ''))

/** Waits until the file has these endpoints. */
async function untilEndpoints(
  place: Place,
  folder: string,
  expected: readonly string[],
): Promise<readonly Endpoint[]> {
  let last: readonly Endpoint[] | undefined
  return await eventually(
    async () => {
      last = await endpoints(place, folder)
      return origins(last).join() === expected.join() ? last : undefined
    },
    () => `${folder}: ${origins(last)}, not ${expected}`,
  )
}

/** Reads a file again and again; returns a function that ends that, and gives all endpoints that were in it. */
function observe(place: Place, folder: string): () => readonly string[] {
  const seen = new Set<string>()
  const look = () => endpoints(place, folder).then(all => all && seen.add(origins(all).join()))
  const timer = setInterval(() => void look().catch(error => seen.add(String(error))), 15)
  return () => {
    clearInterval(timer)
    return [...seen]
  }
}

const stop = (...mirrors: readonly StoppableMirror[]) => Promise.all(mirrors.map(mirror => mirror.stop()))
const start = (...mirrors: readonly StoppableMirror[]) => Promise.all(mirrors.map(mirror => mirror.start()))

describe('a node whose mirrors fail and recover', () => {
  parallelTests({
    'has all of them in hosts.toml when none responds and there is no server to probe': async () => {
      await using a = await startMirror()
      await using b = await startMirror()
      await using c = await startMirror()
      await using d = await startMirror()
      const strict = [
        `{ url = "${c.url}", header = { X-Key = "c" } }`,
        `{ url = "${d.url}/registry/v2", header = { X-Key = "d" }, dial_timeout = "7s" }`,
      ]
      const text = `${HEALTH}[registries."*"]\nmirrors = ["${a.url}", "${b.url}"]
[registries."strict.test"]\nfallback = false\nmirrors = [${strict.join(', ')}]\n`
      await withPlace(async place => {
        await fs.writeFile(place.list, text)
        await watching([...place.args, '--log-format', 'text'], async watcher => {
          const [any, only] = ['_default', 'strict.test']
          const [D, all, both] = [`${d.url}/registry`, [a.url, b.url, OWN], [c.url, `${d.url}/registry`]]
          await untilEndpoints(place, any, all)
          const [, root] = await untilEndpoints(place, only, both)
          const seen = [observe(place, any), observe(place, only)]

          await stop(a, c)
          await untilEndpoints(place, any, [b.url, OWN])
          // The last one is written at the root, with all its keys.
          const [last] = await untilEndpoints(place, only, [D])
          assert.deepEqual(last, root)
          assert.deepEqual([last?.header, last?.dialTimeout], [{ 'X-Key': 'd' }, '7s'])

          await stop(b, d)
          await untilEndpoints(place, any, all)
          await untilEndpoints(place, only, both)

          await start(a, c)
          await untilEndpoints(place, any, [a.url, OWN])
          const [first] = await untilEndpoints(place, only, [c.url])
          assert.deepEqual(first?.header, { 'X-Key': 'c' })
          await start(b, d)
          await untilEndpoints(place, any, all)
          await untilEndpoints(place, only, both)

          assert.equal(await watcher.stop(), 0)
          const [ofAny, ofOnly] = seen.map(all => all())
          const sorted = (...all: readonly (readonly string[])[]) => all.map(one => one.join()).sort()
          assert.deepEqual([...(ofAny ?? [])].sort(), sorted(all, [a.url, OWN], [b.url, OWN]))
          assert.deepEqual([...(ofOnly ?? [])].sort(), sorted(both, [c.url], [D]))
        })
      })
    },

    'has unhealthy mirrors last with "demote" and in their place with "keep", also after a change of the list':
      async () => {
        await using a = await startMirror()
        await using b = await startMirror()
        const server = 'http://127.0.0.1:9'
        const text = (mode: string) =>
          `${HEALTH}on_unhealthy = "${mode}"\n[registries."docker.io"]\nserver = "${server}"\nmirrors = ["${a.url}", "${b.url}"]\n`
        await withPlace(async place => {
          const write = async (mode: string) => {
            await fs.writeFile(`${place.list}.new`, text(mode))
            await fs.rename(`${place.list}.new`, place.list)
          }
          const until = (...mirrors: readonly StoppableMirror[]) =>
            untilEndpoints(place, 'docker.io', [...mirrors.map(({ url }) => url), server])
          await write('demote')
          await watching([...place.args, '--log-format', 'text'], async watcher => {
            await until(a, b)
            await stop(a)
            await until(b, a)
            await write('keep')
            await until(a, b)
            await stop(b)
            await watcher.until(new RegExp(`${b.url}.* is unhealthy`))
            await start(b)
            await watcher.until(new RegExp(`${b.url}.* is healthy again`))
            await until(a, b)
            await write('drop')
            await until(b)
            await write('demote')
            await until(b, a)
            await start(a)
            await until(a, b)
            assert.doesNotMatch(watcher.log(), / error (?!docker\.io is unhealthy)/)
            assert.equal(await watcher.stop(), 0)
          })
        })
      },
  })
})
