/** The address of a mirror in buildkitd.toml (util/resolver/utils.go:9-22@v0.32.2). Pure. */

export interface MirrorAddress {
  /** Written, but without a meaning. */
  readonly scheme: string | undefined
  readonly host: string
  /** Without a final `/`. */
  readonly path: string
}

export function hostAndPath(mirror: string): MirrorAddress {
  const [, scheme, host = '', path = ''] =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)([^?#]*)/i.exec(mirror) ?? []
  return { scheme, host: host.replace(/^.*@/, ''), path: path.replace(/\/+$/, '') }
}
