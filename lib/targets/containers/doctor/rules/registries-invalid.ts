import type { Rule } from '../../../rule.ts'
import { isParsed } from '../../files/config-file.ts'
import { whyRefused } from '../../files/refused.ts'
import type { Snapshot } from '../../snapshot.ts'
import { usedFiles } from '../used-files.ts'

/**
 * One file that is refused makes every pull fail (tryUpdatingCache, image/pkg/sysregistriesv2/system_registries_v2.go:653-700
 * @image/v5.39.2). Proved by test/e2e/containers-files.spec.ts.
 */
export const registriesInvalid: Rule<Snapshot> = {
  code: 'registries_invalid',
  severity: 'error',
  also: { warning: 'for a link that leads nowhere, where the release is not known' },
  part: 'config',
  title: 'a `registries.conf` or a drop-in is refused',
  find: snapshot =>
    usedFiles(snapshot).flatMap(file =>
      whyRefused(file, snapshot.release).map(({ line, column, message, hint }) => ({
        ...(file.text === undefined && snapshot.release === undefined && { severity: 'warning' as const }),
        file: file.path,
        ...(line !== undefined && { line }),
        ...(column !== undefined && { column }),
        problem: isParsed(file.parsed) ? reasonIn(message) : file.parsed.fault.message,
        consequence: 'every pull of Podman, Buildah, Skopeo and CRI-O fails',
        cure: hint ?? 'correct the file, or remove it',
      })),
    ),
}

function reasonIn(message: string): string {
  return message.replace(/^every pull .*? because of this file: /, '')
}
