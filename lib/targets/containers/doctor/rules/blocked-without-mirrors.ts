import type { Rule } from '../../../rule.ts'
import type { Snapshot } from '../../snapshot.ts'
import { placeIn, usedTables } from '../used-files.ts'

/** A node may be meant to refuse such images, so this is a note. */
export const blockedWithoutMirrors: Rule<Snapshot> = {
  code: 'blocked_without_mirrors',
  severity: 'note',
  part: 'config',
  title: 'a registry is blocked and has no mirrors',
  find: snapshot =>
    usedTables(snapshot)
      .filter(
        ({ blocked, mirrors, location, prefix }) =>
          blocked && mirrors.length === 0 && (location || prefix) === prefix,
      )
      .map(table => ({
        ...placeIn(table),
        problem: `${table.prefix} is blocked, and has no mirror`,
        consequence: `every pull of ${table.prefix} fails`,
        cure: 'add a mirror, or remove blocked, unless pulls must fail',
      })),
}
