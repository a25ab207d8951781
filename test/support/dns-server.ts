/** A small DNS server at port 53 in a network namespace, over UDP and TCP, with the responses of a test. */
import dgram from 'node:dgram'
import net from 'node:net'

/** The records of a name; a name outside the zone does not exist. */
export interface ZoneEntry {
  readonly a?: readonly string[]
  readonly aaaa?: readonly string[]
  /** The response starts with this alias, followed by the records of that name. */
  readonly cname?: string
  /** Queries for it get no response. */
  readonly silent?: boolean
  /** Response code instead of records: 2 is SERVFAIL, 5 REFUSED. */
  readonly rcode?: number
  /** The response over UDP is truncated, so the client repeats the query over TCP. */
  readonly truncated?: boolean
}

/** By names in lower case, without the final dot. */
export type Zone = Readonly<Record<string, ZoneEntry>>

interface Query {
  readonly id: number
  readonly name: string
  readonly type: number
  /** Header and question of the message. */
  readonly bytes: Buffer
}

const [A, CNAME, AAAA] = [1, 5, 28]

/** Starts one at the address; `onQuery` is called with each query (`name type protocol`). */
export async function startDnsServer(
  zone: Zone,
  address: string,
  onQuery: (query: string) => void = () => {},
): Promise<void> {
  const reply = (message: Buffer, tcp: boolean) => {
    const query = parseQuery(message)
    onQuery(`${query.name} ${query.type === AAAA ? 'AAAA' : 'A'} ${tcp ? 'tcp' : 'udp'}`)
    return buildResponse(query, zone, tcp)
  }
  const udp = dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4')
  udp.on('message', (message, { port, address: from }) => {
    const response = reply(message, false)
    if (response !== undefined) udp.send(response, port, from)
  })
  await new Promise<void>(done => udp.bind(53, address, done))
  const tcp = net.createServer(socket => {
    socket.on('error', () => {})
    let read = Buffer.alloc(0)
    socket.on('data', data => {
      read = Buffer.concat([read, data])
      // The length precedes each message, which may arrive in pieces.
      while (read.length >= 2 && read.length >= 2 + read.readUInt16BE(0)) {
        const end = 2 + read.readUInt16BE(0)
        const response = reply(read.subarray(2, end), true)
        read = read.subarray(end)
        if (response !== undefined) socket.write(Buffer.concat([uint16(response.length), response]))
      }
    })
  })
  await new Promise<void>(done => tcp.listen(53, address, done))
}

function parseQuery(message: Buffer): Query {
  const labels: string[] = []
  let at = 12
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return {
    id: message.readUInt16BE(0),
    name: labels.join('.').toLowerCase(),
    type: message.readUInt16BE(at + 1),
    bytes: message.subarray(0, at + 5),
  }
}

function buildResponse({ name, type, bytes }: Query, zone: Zone, tcp: boolean): Buffer | undefined {
  const entry = zone[name]
  if (entry?.silent) return undefined
  const truncated = entry?.truncated === true && !tcp
  const records = entry === undefined || truncated ? [] : recordsOf(name, entry, type, zone)
  const rcode = entry === undefined ? 3 : (entry.rcode ?? 0)
  const header = Buffer.from(bytes.subarray(0, 12))
  // Response, recursion desired and available.
  header.writeUInt16BE(0x8180 | (truncated ? 0x200 : 0) | rcode, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 6)
  header.writeUInt32BE(0, 8)
  return Buffer.concat([header, bytes.subarray(12), ...records])
}

function recordsOf(name: string, entry: ZoneEntry, type: number, zone: Zone): readonly Buffer[] {
  if (entry.cname !== undefined) {
    const target = zone[entry.cname] ?? {}
    return [record(name, CNAME, encoded(entry.cname)), ...recordsOf(entry.cname, target, type, zone)]
  }
  const addresses = (type === A ? entry.a : type === AAAA ? entry.aaaa : undefined) ?? []
  return addresses.map(address => record(name, type, bytesOf(address)))
}

function record(name: string, type: number, data: Buffer): Buffer {
  const ttl = Buffer.alloc(4)
  return Buffer.concat([encoded(name), uint16(type), uint16(1), ttl, uint16(data.length), data])
}

function encoded(name: string): Buffer {
  const labels = name.split('.').map(label => Buffer.from([label.length, ...Buffer.from(label)]))
  return Buffer.concat([...labels, Buffer.from([0])])
}

function bytesOf(address: string): Buffer {
  if (net.isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail = ''] = address.split('::')
  const [before, after] = [head, tail].map(part => part.split(':').filter(Boolean)) as [string[], string[]]
  const groups = [...before, ...Array(8 - before.length - after.length).fill('0'), ...after]
  return Buffer.concat(groups.map(group => uint16(Number.parseInt(group, 16))))
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}
