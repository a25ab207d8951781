import type { Rule } from '../../../rule.ts'
import { isParsed } from '../../files/config-file.ts'
import { loadOrder } from '../../files/load-order.ts'
import { loadingsOf } from '../../release.ts'
import type { Snapshot } from '../../snapshot.ts'

/**
 * One file that is refused makes every pull fail (tryUpdatingCache, image/pkg/sysregistriesv2/system_registries_v2.go:653-700
 * @image/v5.39.2). Proved by e2e/containers-files.spec.ts.
 */
export const registriesInvalid: Rule<Snapshot> = {
  code: 'registries_invalid',
  severity: 'error',
  part: 'config',
  title: 'a registries.conf or a drop-in is refused',
  find: ({ files, release }) =>
    loadOrder(files, loadingsOf(release)[0]).flatMap(({ path, parsed }) =>
      isParsed(parsed)
        ? []
        : [
            {
              file: path,
              ...(parsed.fault.line !== undefined && { line: parsed.fault.line }),
              ...(parsed.fault.column !== undefined && { column: parsed.fault.column }),
              problem: parsed.fault.message,
              consequence: 'every pull of Podman, Buildah, Skopeo and CRI-O fails',
              cure: parsed.fault.hint ?? 'correct the file, or remove it',
            },
          ],
    ),
}
