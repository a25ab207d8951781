/** Addresses of mirrors that a release of containerd cannot read. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Registry } from '../../../model/registry.ts'
import type { Snapshot } from '../snapshot.ts'

/**
 * For the TOML parser of containerd 1.x the first `]` ends a header, quoted or not, and it refuses the whole file
 * (pelletier/go-toml v1 lexer.go lexInsideTableKey; seen on 1.6.20 and 1.7.24).
 */
export function addressConflicts(
  registries: readonly Registry[],
  snapshot: Pick<Snapshot, 'readers'>,
): readonly Issue[] {
  if (!snapshot.readers.some(({ major }) => major === 1)) return []
  return registries.flatMap(({ name, mirrors, fallback }) => {
    // Without fallback the last one is a value at the root, not a header.
    const headers = fallback ? mirrors : mirrors.slice(0, -1)
    const message = `containerd 1.x cannot read this address in hosts.toml, and would ignore all mirrors of ${name}`
    const hint = 'give it a name in DNS or /etc/hosts, and use the name in the url'
    return headers
      .filter(({ base }) => base.origin.includes(']'))
      .map(({ place: { file, line, column } }) => ({ file, line, column, message, hint }))
  })
}
