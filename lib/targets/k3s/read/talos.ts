/** `machine.registries` of Talos (https://www.talos.dev, configuration of version v1alpha1). Pure. */
import { isTable, type Table } from '../../../formats/is-table.ts'
import { stringsIn, tablesIn } from '../../../formats/table-values.ts'
import type { FoundEndpoint, Loss, ReadBack } from '../../../model/read-back.ts'
import { hostOf, pathOf, withScheme } from '../../../model/written-url.ts'
import { elementsAt, entryAt, type FileDocument, lossAt } from '../../file-document.ts'

const AT = ['machine', 'registries']

export function readTalos(document: FileDocument): ReadBack {
  const { machine } = document.value
  const registries = isTable(machine) && isTable(machine.registries) ? machine.registries : {}
  const settings = new Map(tablesIn(registries.config))
  const found = tablesIn(registries.mirrors).map(([name, table]) => {
    const at = [...AT, 'mirrors', name]
    const own = entryAt(document, at)
    const urls = stringsIn(table.endpoints)
    const places = elementsAt(document, [...at, 'endpoints'], urls.length)
    const mirrors = urls.map((url, i) => ({
      ...(places[i] ?? own),
      url: apiBase(url, table),
      ...keysOf(hostOf(withScheme(url)), settings),
    }))
    return { name, ...own, mirrors, ...(table.skipFallback === true && { fallback: false }) }
  })
  return {
    registries: found,
    losses: [...settings].flatMap(([host, table]) => lossesOf(document, host, table)),
  }
}

/** As in hosts.toml. */
function apiBase(written: string, { overridePath }: Table): string {
  const url = withScheme(written).replace(/\/+$/, '')
  return overridePath === true || pathOf(url).endsWith('/v2') ? url : `${url}/v2`
}

function keysOf(
  host: string,
  settings: ReadonlyMap<string, Table>,
): Pick<FoundEndpoint, 'skipVerify' | 'login'> {
  const { tls, auth } = settings.get(host) ?? {}
  const { username, password } = isTable(auth) ? auth : {}
  return {
    ...(isTable(tls) && tls.insecureSkipVerify === true && { skipVerify: true }),
    ...(typeof username === 'string' &&
      typeof password === 'string' && { login: { user: username, password } }),
  }
}

function lossesOf(document: FileDocument, host: string, { tls }: Table): readonly Loss[] {
  const keys = isTable(tls) ? ['ca', 'clientIdentity'].filter(key => Object.hasOwn(tls, key)) : []
  return keys.map(key =>
    lossAt(
      document,
      [...AT, 'config', host, 'tls', key],
      `the certificates of ${host} stand in this file, in Base64`,
      'decode them into files beside the list, and set ca or client',
    ),
  )
}
