/** dockerd knows no other spelling of its keys, and unknown keys stop it (daemon/config/config.go@v28.5.2). Pure. */
import { locateJson } from '../../../../formats/json/locate.ts'
import type { Rule } from '../../../rule.ts'
import { INSECURE, MIRRORS } from '../../daemon-json.ts'
import type { ObservedDocker } from '../observe-docker.ts'

/** What people write for them. */
const SPELLINGS: readonly (readonly [pattern: RegExp, key: string])[] = [
  [/^(registry[-_]?)?mirrors?$/i, MIRRORS],
  [/^insecure[-_]?registr(y|ies)$/i, INSECURE],
]

export const daemonJsonMisspelled: Rule<ObservedDocker> = {
  code: 'daemon_json_misspelled',
  severity: 'error',
  part: 'config',
  title: 'daemon.json has `registry-mirrors` or `insecure-registries` under another name',
  find: ({ snapshot: { config, json } }) =>
    Object.keys(json?.value ?? {}).flatMap(name => {
      const key = SPELLINGS.find(([pattern]) => pattern.test(name))?.[1]
      if (key === undefined || key === name) return []
      return [
        {
          ...{ file: config.path, ...locateJson(json?.text ?? '', [name]) },
          problem: `Docker has no key ${JSON.stringify(name)}`,
          consequence: 'dockerd does not start, and refuses a reload',
          cure: `rename it to ${JSON.stringify(key)}`,
        },
      ]
    }),
}
