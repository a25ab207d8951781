/** A mirror whose path has `/v2`: BuildKit puts it before the path by itself (util/resolver/resolver.go:174-185@v0.32.2). Pure. */
import type { Rule } from '../../../rule.ts'
import type { ObservedBuildkit } from '../observe-node.ts'
import { registryTables } from '../registry-tables.ts'

export const mirrorPathWithV2: Rule<ObservedBuildkit> = {
  code: 'mirror_path_with_v2',
  severity: 'error',
  part: 'config',
  title: 'the path of a mirror has `/v2`',
  find: observed =>
    registryTables(observed).flatMap(({ mirrors, place }) =>
      mirrors.flatMap(({ host, path }, i) => {
        if (!path.split('/').includes('v2')) return []
        const isPrefix = /^\/v2(\/|$)/.test(path)
        return [
          {
            ...place('mirrors', i),
            problem: `the path of the mirror ${host}${path} has /v2`,
            consequence: `BuildKit requests /v2${path}/…, which no registry serves`,
            cure: isPrefix
              ? `write "${host}${path.slice(3)}"; then restart buildkitd`
              : 'use a mirror that serves /v2 at the top of its host: BuildKit cannot reach this one',
          },
        ]
      }),
    ),
}
