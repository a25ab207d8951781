import type { Rule } from '../../../rule.ts'
import { locationProblem } from '../../files/references.ts'
import type { Snapshot } from '../../snapshot.ts'
import { placeIn, usedTables } from '../used-files.ts'

/**
 * The name that a pull gets by a location must be that of an image, or the whole pull fails (rewriteReference,
 * image/pkg/sysregistriesv2/system_registries_v2.go:85-107@image/v5.39.2). Proved by test/e2e/containers-files.spec.ts.
 */
export const locationUnusable: Rule<Snapshot> = {
  code: 'location_unusable',
  severity: 'error',
  part: 'config',
  title: 'a location cannot be in the name of an image',
  find: snapshot =>
    usedTables(snapshot).flatMap(table =>
      [{ location: table.location, line: table.line }, ...table.mirrors].flatMap(({ location, line }) => {
        const problem = location === '' ? undefined : locationProblem(location)
        if (problem === undefined) return []
        return [
          {
            ...placeIn(table),
            ...(line !== undefined && { line }),
            problem: `the location ${location} ${problem}`,
            consequence: `pulls of ${table.prefix} fail, also those that another mirror would serve`,
            cure: 'correct the location, or remove it',
          },
        ]
      }),
    ),
}
