/** Looks names up with regmirror and with the C library: `node names-compare.ts NAME…` prints both as JSON. */
import dns from 'node:dns'
import { openNameLookup } from '../../../lib/probe/dns/name-lookup.ts'

type Found = readonly string[] | string

const never = new AbortController().signal

async function lookUpWithRegmirror(name: string): Promise<Found> {
  try {
    const lookup = await openNameLookup({})(name, never)
    return (await lookup.addresses).map(({ address }) => address)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

async function lookUpWithLibc(name: string): Promise<Found> {
  try {
    const found = await dns.promises.lookup(name, { all: true })
    return found.map(({ address }) => address)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

const found: Record<string, { regmirror: Found; libc: Found }> = {}
for (const name of process.argv.slice(2))
  found[name] = { regmirror: await lookUpWithRegmirror(name), libc: await lookUpWithLibc(name) }
process.stdout.write(JSON.stringify(found))
process.exit(0)
