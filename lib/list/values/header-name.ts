/** Names of HTTP headers. Pure. */

/**
 * As Go spells it: `X-Key` for `x-KEY`. containerd writes a name as hosts.toml has it, and looks for its own headers in
 * Go's spelling, so `user-agent` or `authorization` would be sent beside its own (resolver.go request@v2.1.4).
 */
export function canonicalHeaderName(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, letters => letters.toUpperCase())
}
