import type { Rule } from '../../../rule.ts'
import { findTable } from '../../files/match.ts'
import type { Snapshot } from '../../snapshot.ts'
import { placeIn, usedTables } from '../used-files.ts'

/**
 * `blocked` is looked up for the location, not for the prefix (newDockerClient, image/docker/docker_client.go@image/v5.39.2).
 * Proved by test/e2e/containers-order.spec.ts.
 */
export const blockedElsewhere: Rule<Snapshot> = {
  code: 'blocked_elsewhere',
  severity: 'warning',
  part: 'config',
  title: '`blocked` stands in a table with another location',
  find: snapshot => {
    const tables = usedTables(snapshot)
    return tables
      .filter(
        ({ blocked, location }) =>
          blocked && location !== '' && !findTable(tables, `${location}/any`)?.blocked,
      )
      .map(table => ({
        ...placeIn(table),
        problem: `the table blocks ${table.prefix}, but its location is ${table.location}`,
        consequence: `pulls of ${table.prefix} are sent to ${table.location}, which is not blocked`,
        cure: `write location = "${table.prefix}", or remove blocked`,
      }))
  },
}
