import type { Rule } from '../../../rule.ts'
import { isParsed } from '../../files/config-file.ts'
import { loadingsOf } from '../../release.ts'
import type { Snapshot } from '../../snapshot.ts'
import { usedFiles } from '../used-files.ts'

/** Since containers/image 5.40 the older format is an error (container-libs#1029). Up to Podman 5 it is read. */
export const registriesVersion1: Rule<Snapshot> = {
  code: 'registries_version_1',
  severity: 'note',
  part: 'config',
  title: 'a `registries.conf` is in the older format',
  find: snapshot =>
    usedFiles(snapshot)
      .filter(
        ({ parsed }) =>
          isParsed(parsed) && parsed.isVersion1 && loadingsOf(snapshot.release).includes('by_directory'),
      )
      .map(({ path }) => ({
        file: path,
        problem: 'the file has the tables of version 1, [registries.search] and others',
        consequence: 'every pull fails after an upgrade to Podman 6',
        cure: 'write unqualified-search-registries and [[registry]] tables instead',
      })),
}
