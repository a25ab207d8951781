/** Mirrors and insecure registries of Docker's daemon.json (registry/config.go:137-322@v28.5.2). Pure. */
import { stringsIn } from '../../../formats/table-values.ts'
import type { FoundMirror, FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import { hostOf, pathOf, withScheme } from '../../../model/written-url.ts'
import { elementsAt, entryAt, type FileDocument, lossAt } from '../../file-document.ts'

const MIRRORS = 'registry-mirrors'
const INSECURE = 'insecure-registries'

export function readDaemonJson(document: FileDocument): ReadBack {
  const urls = stringsIn(document.value[MIRRORS])
  const insecure = stringsIn(document.value[INSECURE]).map(host => host.replace(/^https?:\/\//, ''))
  const places = elementsAt(document, [MIRRORS], urls.length)
  const mirrors = urls.map((url, i) => mirrorOf(url, insecure, places[i] ?? entryAt(document, [MIRRORS])))
  const hub: readonly FoundRegistry[] =
    mirrors.length === 0 ? [] : [{ name: 'docker.io', ...entryAt(document, [MIRRORS]), mirrors }]
  const hosts = urls.map(url => hostOf(url))
  const others = insecure.flatMap((host, i) => insecureRegistry(document, host, i, hosts))
  return {
    registries: [...hub, ...others.flatMap(({ registry }) => (registry ? [registry] : []))],
    losses: others.flatMap(({ loss }) => (loss ? [loss] : [])),
  }
}

/** The path comes before `/v2` (registry/auth.go:183@v28.5.2). */
function mirrorOf(
  url: string,
  insecure: readonly string[],
  place: Pick<FoundMirror, 'at' | 'comments'>,
): FoundMirror {
  const full = withScheme(url)
  const path = pathOf(full)
  const isInsecure = full.startsWith('https:') && insecure.includes(hostOf(full))
  return {
    ...place,
    url: `${full.slice(0, full.length - (full.match(/\/*$/)?.[0].length ?? 0)).replace(path, '')}${path.endsWith('/v2') ? path : `${path}/v2`}`,
    ...(isInsecure && { skipVerify: true }),
  }
}

interface Insecure {
  readonly registry?: FoundRegistry
  readonly loss?: Loss
}

/** A host that is not verified is also contacted over http. */
function insecureRegistry(
  document: FileDocument,
  host: string,
  i: number,
  mirrors: readonly string[],
): Insecure {
  if (mirrors.includes(host)) return {}
  const place = entryAt(document, [INSECURE, i])
  if (/\/\d+$/.test(host)) {
    const hint =
      'add the registries of this network to the list, each with server = { url = "…", skip_verify = true }'
    return {
      loss: lossAt(document, [INSECURE, i], `a list has no network of insecure registries: ${host}`, hint),
    }
  }
  const server = { ...place, url: `https://${host}/v2`, skipVerify: true }
  const message = `Docker also contacts ${host} over http; the list has https without verification`
  return {
    registry: { name: host, ...place, mirrors: [], server },
    loss: lossAt(document, [INSECURE, i], message, `if it has no TLS, set server = "http://${host}"`),
  }
}
