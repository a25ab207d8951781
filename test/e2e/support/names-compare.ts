/** Looks names up with regmirror and with the C library: `node names-compare.ts NAME…` prints both as JSON. */
import dns from 'node:dns'
import { openNameLookup } from '../../../lib/probe/names/name-lookup.ts'

const never = new AbortController().signal

async function ours(name: string): Promise<readonly string[] | string> {
  try {
    const lookup = await openNameLookup({})(name, never)
    return (await lookup.addresses).map(({ address }) => address)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

async function systems(name: string): Promise<readonly string[] | string> {
  try {
    const found = await dns.promises.lookup(name, { all: true })
    return found.map(({ address }) => address)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

const found: Record<string, { ours: readonly string[] | string; systems: readonly string[] | string }> = {}
for (const name of process.argv.slice(2))
  found[name] = { ours: await ours(name), systems: await systems(name) }
process.stdout.write(JSON.stringify(found))
process.exit(0)
