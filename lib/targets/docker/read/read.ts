/** The mirrors that Docker has, for a list. */
import { isTable } from '../../../formats/is-table.ts'
import { locateJson } from '../../../formats/json/locate.ts'
import type { ReadBack } from '../../../model/read-back.ts'
import type { DockerSnapshot } from '../snapshot.ts'
import { readDaemonJson } from './daemon-json.ts'

export function read({ config, json, fault }: DockerSnapshot): ReadBack {
  if (fault !== undefined) return { registries: [], losses: [fault] }
  if (json === undefined || config.found === undefined || !isTable(json.value))
    return { registries: [], losses: [] }
  const { text, value } = json
  return readDaemonJson({ file: config.path, text, value, locateKey: path => locateJson(text, path) })
}
