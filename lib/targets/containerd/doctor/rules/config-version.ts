/**
 * A `version` of config.toml with which containerd does not start, or silently drops the CRI section: 2.0 to 2.2 do that
 * with a file without version or of version 1 (cmd/containerd/server/config/config.go:311-315@v2.1.9), every release
 * refuses a newer one (ValidateVersion, same file; services/server/config/config.go:99-111@v1.7.24). On the real containerd:
 * test/e2e/doctor.spec.ts and config-remedies.spec.ts. Pure.
 */

import { isTable } from '../../../../formats/is-table.ts'
import { locateKey } from '../../../../formats/toml/locations.ts'
import type { Release } from '../../../release.ts'
import type { Rule } from '../../../rule.ts'
import { versionFault } from '../../config/config-toml.ts'
import type { ParsedConfig } from '../../config/parsed-config.ts'
import { addVersion } from '../add-version.ts'
import { findForEach, foundIssue } from '../found-issue.ts'
import type { ObservedNode } from '../observed-node.ts'

export const configVersion: Rule<ObservedNode> = {
  code: 'config_version',
  severity: 'error',
  part: 'config',
  title: 'config.toml has no `version`, or one that this containerd does not read',
  fixes: true,
  find: ({ snapshot: { files, generation, readers } }) => {
    const [main] = files
    if (main === undefined) return []
    const releases = generation === undefined && readers.length > 0 ? readers : [generation]
    return findForEach(
      releases.filter(release => release !== undefined),
      reader => findFault(main, reader),
    )
  },
}

const OTHERWISE = { consequence: 'containerd does not start', cure: 'change the version' }

function findFault(main: ParsedConfig, reader: Release) {
  const { version = 1 } = main
  const fault = versionFault(version, reader, main)
  // Without plugins there is no CRI section that could be lost.
  if (fault === undefined || (version === 1 && !hasPlugins(main))) return []
  const place = locateKey(main.tree(), ['version']) ?? { line: 1 }
  return [{ ...foundIssue({ file: main.path, ...place, ...fault }, OTHERWISE), ...addVersion(main) }]
}

function hasPlugins({ value: { plugins } }: ParsedConfig): boolean {
  return isTable(plugins) && Object.keys(plugins).length > 0
}
