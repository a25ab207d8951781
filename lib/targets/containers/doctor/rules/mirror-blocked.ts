import type { Rule } from '../../../rule.ts'
import { findTable } from '../../files/match.ts'
import { placeOf } from '../../render/other-tables.ts'
import type { Snapshot } from '../../snapshot.ts'
import { placeIn, usedTables } from '../used-files.ts'

/**
 * Each mirror is looked up as a registry of its own, for `blocked` alone (newDockerClient,
 * image/docker/docker_client.go@image/v5.39.2). Proved by test/e2e/containers-order.spec.ts.
 */
export const mirrorBlocked: Rule<Snapshot> = {
  code: 'mirror_blocked',
  severity: 'error',
  part: 'config',
  title: 'a mirror is in a registry that is blocked',
  find: snapshot => {
    const tables = usedTables(snapshot)
    return tables.flatMap(table =>
      table.mirrors.flatMap(({ location, line }) => {
        const by = findTable(tables, `${location}/any`)
        if (!by?.blocked) return []
        return [
          {
            ...placeIn(table),
            ...(line !== undefined && { line }),
            about: [by.file],
            problem: `the table of ${placeOf(by)} blocks ${by.prefix}, where this mirror is`,
            consequence: `pulls of ${table.prefix} skip the mirror`,
            cure: 'remove blocked = true there, or the mirror',
          },
        ]
      }),
    )
  },
}
