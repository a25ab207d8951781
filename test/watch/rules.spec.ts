/** Whom containerd is to ask while mirrors die one after the other and return, on a real node, by the rules of the list. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import { type Endpoint, readHosts } from '../support/containerd-hosts.ts'
import { parallelTests } from '../support/parallel-tests.ts'
import { eventually, type Mortal, type Place, startMortal, watching, withPlace } from '../support/watching.ts'

const HEALTH = 'version = 1\n[health]\ninterval = "1s"\n'
/** What nobody has told of is no registry of its own. */
const ANY = 'any.test'
const OWN = `https://${ANY}`

/** Whom it asks, in that order, as containerd reads the file: endpoints without their `/v2`. */
async function endpoints({ hosts }: Place, folder: string): Promise<readonly Endpoint[] | undefined> {
  const text = await hosts(folder)
  return text === undefined ? undefined : readHosts(text, ANY)
}

const origins = (all: readonly Endpoint[] = []) => all.map(({ base }) => base.replace(/\/v2$/, ''))

/** Waits until it asks these. */
async function asks(place: Place, folder: string, wanted: readonly string[]): Promise<readonly Endpoint[]> {
  let last: readonly Endpoint[] | undefined
  return await eventually(
    async () => {
      last = await endpoints(place, folder)
      return origins(last).join() === wanted.join() ? last : undefined
    },
    () => `${folder}: ${origins(last)}, not ${wanted}`,
  )
}

/** Whom a file has named at any time, looked at again and again; to be asked at the end. */
function observe(place: Place, folder: string): () => readonly string[] {
  const seen = new Set<string>()
  const look = () => endpoints(place, folder).then(all => all && seen.add(origins(all).join()))
  const timer = setInterval(() => void look().catch(error => seen.add(String(error))), 15)
  return () => {
    clearInterval(timer)
    return [...seen]
  }
}

const die = (...mirrors: readonly Mortal[]) => Promise.all(mirrors.map(mirror => mirror.die()))
const rise = (...mirrors: readonly Mortal[]) => Promise.all(mirrors.map(mirror => mirror.rise()))

describe('a node whose mirrors die and return', () => {
  parallelTests({
    'asks them all again when none is left of the registries that have no server to ask': async () => {
      await using a = await startMortal()
      await using b = await startMortal()
      await using c = await startMortal()
      await using d = await startMortal()
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
          await asks(place, any, all)
          const [, root] = await asks(place, only, both)
          const seen = [observe(place, any), observe(place, only)]

          await die(a, c)
          await asks(place, any, [b.url, OWN])
          // Alone at the root, with all its keys.
          const [last] = await asks(place, only, [D])
          assert.deepEqual(last, root)
          assert.deepEqual([last?.header, last?.dialTimeout], [{ 'X-Key': 'd' }, '7s'])

          await die(b, d)
          await asks(place, any, all)
          await asks(place, only, both)

          await rise(a, c)
          await asks(place, any, [a.url, OWN])
          const [first] = await asks(place, only, [c.url])
          assert.deepEqual(first?.header, { 'X-Key': 'c' })
          await rise(b, d)
          await asks(place, any, all)
          await asks(place, only, both)

          assert.equal(await watcher.stop(), 0)
          const [ofAny, ofOnly] = seen.map(all => all())
          const forms = (...wanted: readonly (readonly string[])[]) => wanted.map(one => one.join()).sort()
          assert.deepEqual([...(ofAny ?? [])].sort(), forms(all, [a.url, OWN], [b.url, OWN]))
          assert.deepEqual([...(ofOnly ?? [])].sort(), forms(both, [c.url], [D]))
        })
      })
    },

    'asks the ill last, or where they stand, when the list wants that, and changes between them':
      async () => {
        await using a = await startMortal()
        await using b = await startMortal()
        const server = 'http://127.0.0.1:9'
        const text = (how: string) =>
          `${HEALTH}on_unhealthy = "${how}"\n[registries."docker.io"]\nserver = "${server}"\nmirrors = ["${a.url}", "${b.url}"]\n`
        await withPlace(async place => {
          const write = async (how: string) => {
            await fs.writeFile(`${place.list}.new`, text(how))
            await fs.rename(`${place.list}.new`, place.list)
          }
          const wants = (...mirrors: readonly Mortal[]) =>
            asks(place, 'docker.io', [...mirrors.map(({ url }) => url), server])
          await write('demote')
          await watching([...place.args, '--log-format', 'text'], async watcher => {
            await wants(a, b)
            await die(a)
            await wants(b, a)
            await write('keep')
            await wants(a, b)
            await die(b)
            await watcher.until(new RegExp(`${b.url}.* is down`))
            await rise(b)
            await watcher.until(new RegExp(`${b.url}.* is well again`))
            await wants(a, b)
            await write('drop')
            await wants(b)
            await write('demote')
            await wants(b, a)
            await rise(a)
            await wants(a, b)
            assert.doesNotMatch(watcher.log(), / error (?!docker\.io: nothing to pull from)/)
            assert.equal(await watcher.stop(), 0)
          })
        })
      },
  })
})
