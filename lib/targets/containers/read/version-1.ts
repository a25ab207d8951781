/** The older format of registries.conf: lists of hosts. Pure. */
import { isTable, type Table } from '../../../formats/is-table.ts'
import { stringsIn } from '../../../formats/table-values.ts'
import type { FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import { entryAt, type FileDocument, lossAt } from '../../file-document.ts'

export function readVersion1(document: FileDocument, registries: Table): ReadBack {
  const hosts = stringsIn(tableAt(registries, 'insecure').registries)
  const insecure = hosts.map((name, i): FoundRegistry => {
    const found = entryAt(document, elementOf('insecure', i))
    const server = { at: found.at, url: `https://${name}/v2`, skipVerify: true }
    return { name, ...found, mirrors: [], server }
  })
  const losses = [
    ...searchLosses(document, registries),
    ...hosts.map((name, i) => insecureLoss(document, name, i)),
    ...stringsIn(tableAt(registries, 'block').registries).map((name, i) => blockLoss(document, name, i)),
  ]
  return { registries: insecure, losses }
}

function elementOf(key: string, i: number): readonly (string | number)[] {
  return ['registries', key, 'registries', i]
}

function searchLosses(document: FileDocument, registries: Table): readonly Loss[] {
  if (!Object.hasOwn(registries, 'search')) return []
  const message = 'a list has no registries for short names'
  return [lossAt(document, ['registries', 'search'], message, 'keep this file for Podman and CRI-O')]
}

function insecureLoss(document: FileDocument, name: string, i: number): Loss {
  const message = `${name} is also contacted over http; the list has https without verification`
  return lossAt(
    document,
    elementOf('insecure', i),
    message,
    `if it has no TLS, set server = "http://${name}"`,
  )
}

function blockLoss(document: FileDocument, name: string, i: number): Loss {
  const message = `a list cannot block ${name} without a mirror`
  const hint = 'block it on the network, or add a mirror and fallback = false'
  return lossAt(document, elementOf('block', i), message, hint)
}

function tableAt(table: Table, key: string): Table {
  const value = table[key]
  return isTable(value) ? value : {}
}
