/** What releases of BuildKit support. Pure. */
import { atLeast, type Release } from '../release.ts'

/** Whether a mirror may have a path (util/resolver/utils.go@v0.12.0); an unknown release may. */
export function knowsPaths(release: Release | undefined): boolean {
  return release === undefined || atLeast(release, '0.12.0')
}

/**
 * Whether a table may have a name with `]`. Before, for the TOML parser (pelletier/go-toml v1 lexer.go
 * lexInsideTableKey) the first `]` ends a header, quoted or not; docker buildx 0.29 has the same parser.
 */
export function readsBracketsInNames(release: Release | undefined): boolean {
  return release !== undefined && atLeast(release, '0.28.0')
}
