/**
 * DNS and a registry inside a namespace, as a process: `node names-servers.ts ZONE ADDRESS…`, where ZONE is a file of
 * JSON. Prints the port of the registry; for each line of input, prints the requests and queries so far.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { startDnsServer, type Zone } from '../../support/dns-server.ts'
import { buildImage } from '../../support/image.ts'
import { startRegistry } from '../../support/registry.ts'

const [zoneFile = '', ...addresses] = process.argv.slice(2)
const zone = JSON.parse(readFileSync(zoneFile, 'utf8')) as Zone
const queries: string[] = []
for (const address of addresses) await startDnsServer(zone, address, query => void queries.push(query))
const registry = await startRegistry({ images: [buildImage('library/canary')] })
process.stdout.write(`${registry.port}\n`)
for await (const _ of createInterface(process.stdin)) {
  process.stdout.write(`${JSON.stringify({ requests: registry.requests, queries })}\n`)
}
process.exit(0)
