/** Mirrors and insecure registries of Docker's daemon.json (registry/config.go:137-322@v28.5.2). Pure. */
import { stringsIn } from '../../../formats/table-values.ts'
import type { FoundMirror, FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import { hostOf, pathOf, withScheme } from '../../../model/written-url.ts'
import { elementsAt, entryAt, type FileDocument, lossAt } from '../../file-document.ts'

const MIRRORS = 'registry-mirrors'
const INSECURE = 'insecure-registries'

/** For a list that may be for any runtime. */
export function readDaemonJson(document: FileDocument): ReadBack {
  const others = otherInsecure(document).flatMap(({ host, i }) => insecureRegistry(document, host, i))
  return {
    registries: [...readHub(document), ...others.flatMap(({ registry }) => (registry ? [registry] : []))],
    losses: others.flatMap(({ loss }) => (loss ? [loss] : [])),
  }
}

/** For the Docker of this node: what regmirror does not write stays in the file, and pulls do not change. */
export function readOwnDaemonJson(document: FileDocument): ReadBack {
  const hint =
    'for another runtime, add the registry with server = { url = "…", skip_verify = true }, and with targets without docker'
  const losses = otherInsecure(document).map(({ host, i }) =>
    lossAt(
      document,
      [INSECURE, i],
      `${INSECURE} stays in this file, where Docker reads it, and not in the list: ${host}`,
      hint,
    ),
  )
  return { registries: readHub(document), losses }
}

function readHub(document: FileDocument): readonly FoundRegistry[] {
  const urls = stringsIn(document.value[MIRRORS])
  const insecure = insecureHosts(document)
  const places = elementsAt(document, [MIRRORS], urls.length)
  const mirrors = urls.map((url, i) => mirrorOf(url, insecure, places[i] ?? entryAt(document, [MIRRORS])))
  return mirrors.length === 0 ? [] : [{ name: 'docker.io', ...entryAt(document, [MIRRORS]), mirrors }]
}

function insecureHosts({ value }: FileDocument): readonly string[] {
  return stringsIn(value[INSECURE]).map(host => host.replace(/^https?:\/\//, ''))
}

/** Entries that are not for a mirror, with their index. */
function otherInsecure(document: FileDocument): readonly { readonly host: string; readonly i: number }[] {
  const hosts = stringsIn(document.value[MIRRORS]).map(url => hostOf(url))
  return insecureHosts(document)
    .map((host, i) => ({ host, i }))
    .filter(({ host }) => !hosts.includes(host))
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
function insecureRegistry(document: FileDocument, host: string, i: number): Insecure {
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
