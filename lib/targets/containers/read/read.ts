/** What containers/image has on a node, as a list. Pure. */

import { BYTE_ORDER_MARK } from '../../../formats/byte-order-mark.ts'
import { readDocument } from '../../../formats/toml/document.ts'
import { locateKey } from '../../../formats/toml/locations.ts'
import type { FoundEndpoint, FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import { type ConfigFile, isParsed } from '../files/config-file.ts'
import { loadOrder } from '../files/load-order.ts'
import { certificatesOf } from '../pull/certificates.ts'
import { loadingsOf } from '../release.ts'
import type { Snapshot } from '../snapshot.ts'
import { readRegistriesConf } from './registries-conf.ts'

/** Of several tables with one prefix, the last file counts. */
export function read(snapshot: Snapshot): ReadBack {
  const [loading] = loadingsOf(snapshot.release)
  const files = loadOrder(snapshot.files, loading)
  const found = files.map(readOne)
  const last = new Map(
    found.flatMap(({ registries }) => registries).map(registry => [registry.name, registry]),
  )
  return {
    registries: [...last.values()].map(registry => withCertificates(registry, snapshot)),
    losses: [...found.flatMap(({ losses }) => losses), ...hiddenLosses(snapshot, files)],
  }
}

function readOne({ path, text, parsed }: ConfigFile): ReadBack {
  if (!isParsed(parsed)) return { registries: [], losses: [unreadable(parsed.fault)] }
  const own = (text ?? '').startsWith(BYTE_ORDER_MARK) ? (text ?? '').slice(1) : (text ?? '')
  const document = readDocument(own)
  if ('fault' in document) return { registries: [], losses: [] }
  return readRegistriesConf({
    ...{ file: path, text: own, value: document.value },
    locateKey: at => locateKey(document.tree(), at),
  })
}

function unreadable(fault: Loss): Loss {
  return { ...fault, message: `every pull fails because of this file: ${fault.message}` }
}

/** Files with tables that no release reads here, because the user has a main file. */
function hiddenLosses({ files }: Snapshot, used: readonly ConfigFile[]): readonly Loss[] {
  return files
    .filter(
      file =>
        !used.includes(file) &&
        file.layer !== 'vendor' &&
        isParsed(file.parsed) &&
        file.parsed.tables.length > 0,
    )
    .map(({ path }) => ({
      ...{ file: path, from: path },
      message: 'this file is not read, because the user has a registries.conf',
    }))
}

function withCertificates(registry: FoundRegistry, snapshot: Snapshot): FoundRegistry {
  const secured = <T extends FoundEndpoint>(endpoint: T): T => ({
    ...endpoint,
    ...pemFiles(endpoint, snapshot),
  })
  return {
    ...registry,
    mirrors: registry.mirrors.map(secured),
    ...(registry.server && { server: secured(registry.server) }),
  }
}

function pemFiles({ url }: FoundEndpoint, snapshot: Snapshot): Pick<FoundEndpoint, 'ca' | 'client'> {
  const [, host = ''] = /^\w+:\/\/([^/]*)/.exec(url) ?? []
  const { ca, client } = certificatesOf(host, snapshot)
  const [pair] = client
  return {
    ...(ca.length > 0 && { ca }),
    ...(pair?.key !== undefined && { client: { cert: pair.cert, key: pair.key } }),
  }
}
