/** A mirror is a URL with a scheme and a host, and no more than a path (registry/config.go:300-322@v28.5.2). Pure. */
import { locateJson } from '../../../../formats/json/locate.ts'
import { stringsIn } from '../../../../formats/table-values.ts'
import type { Rule } from '../../../rule.ts'
import { MIRRORS } from '../../daemon-json.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const mirrorAddressInvalid: Rule<ObservedDocker> = {
  code: 'mirror_address_invalid',
  severity: 'error',
  part: 'config',
  title: 'a mirror in daemon.json is no URL that dockerd accepts',
  find: ({ snapshot: { config, json } }) =>
    stringsIn(json?.value[MIRRORS]).flatMap((url, i) => {
      const problem = problemOf(url)
      if (problem === undefined) return []
      return [
        {
          ...{ file: config.path, ...locateJson(json?.text ?? '', [MIRRORS, i]) },
          problem: `this mirror ${problem}`,
          consequence: 'dockerd does not start, and refuses a reload',
          cure: 'write it as a URL such as https://mirror.example:5000',
        },
      ]
    }),
}

function problemOf(url: string): string | undefined {
  if (!/^https?:\/\/./i.test(url)) return 'has no scheme http or https'
  if (/^https?:\/\/[^/]*@/i.test(url)) return 'has a user in its URL'
  return /[?#]/.test(url) ? 'has a query or a fragment' : undefined
}
