import type { Rule } from '../../../rule.ts'
import { loadOrder } from '../../files/load-order.ts'
import { hidingFile } from '../../render/unused.ts'
import type { Snapshot } from '../../snapshot.ts'
import { placeIn, tablesOf } from '../used-files.ts'

/**
 * A main file of the user, root too, is read instead of everything in /etc/containers (newConfigWrapperWithHomeDir,
 * image/pkg/sysregistriesv2/system_registries_v2.go:568-606@image/v5.39.2). Proved by test/e2e/containers-order.spec.ts.
 */
export const registriesHidden: Rule<Snapshot> = {
  code: 'registries_hidden',
  severity: 'error',
  also: { warning: 'where the release is not known' },
  part: 'config',
  title: 'a `registries.conf` of root hides mirrors in `/etc/containers`',
  find: snapshot => {
    const hiding = hidingFile(snapshot)
    if (hiding === undefined) return []
    const read = loadOrder(snapshot.files, 'by_directory')
    const hidden = tablesOf(snapshot.files.filter(file => file.layer === 'system' && !read.includes(file)))
    return hidden
      .filter(({ mirrors }) => mirrors.length > 0)
      .map(table => ({
        ...(snapshot.release === undefined && { severity: 'warning' as const }),
        ...placeIn(table),
        about: [hiding.path],
        problem: `${hiding.path} exists, and root reads it instead of this file`,
        consequence: 'up to Podman 5, pulls of root do not use these mirrors',
        cure: `move the settings of ${hiding.path} to /etc/containers/registries.conf, and remove it`,
      }))
  },
}
