import type { Rule } from '../../../rule.ts'
import { keepsFinalSlash } from '../../release.ts'
import type { Snapshot } from '../../snapshot.ts'
import { placeIn, usedTables } from '../used-files.ts'

/** The `/` stays in the name that is requested (image/v5.22; trimmed since). Proved by test/e2e/containers-order.spec.ts. */
export const mirrorSlash: Rule<Snapshot> = {
  code: 'mirror_slash',
  severity: 'error',
  also: { warning: 'where the release is not known' },
  part: 'config',
  title: 'the location of a mirror ends in `/`',
  find: snapshot => {
    if (!keepsFinalSlash(snapshot.release)) return []
    return usedTables(snapshot).flatMap(table =>
      table.mirrors
        .filter(({ finalSlash }) => finalSlash)
        .map(({ location, line }) => ({
          ...(snapshot.release === undefined && { severity: 'warning' as const }),
          ...placeIn(table),
          ...(line !== undefined && { line }),
          problem: `the location ${location}/ ends in "/"`,
          consequence: `before Podman 5, every pull of ${table.prefix} fails`,
          cure: `write location = "${location}"`,
        })),
    )
  },
}
