/** Releases of containerd, and what they support. Pure. */

/** A containerd release, or a line of releases: then its oldest patch. */
export interface Release {
  /** As it is written: `1.7` or `1.7.24`. */
  readonly name: string
  readonly major: number
  readonly minor: number
  readonly patch: number
}

/** `2.1` (its oldest patch) or `1.7.24`; undefined for anything else. */
export function parseRelease(text: string): Release | undefined {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? []
  if (major === undefined || minor === undefined) return undefined
  const name = [major, minor, patch].filter(part => part !== undefined).join('.')
  return { name, major: Number(major), minor: Number(minor), patch: Number(patch ?? 0) }
}

/** Whether the patch release is known. */
export function isExact({ name }: Release): boolean {
  return name.split('.').length === 3
}

/** Whether both are of one release line, such as 1.7. */
export function isSameLine(a: Release, b: Release | undefined): boolean {
  return a.major === b?.major && a.minor === b.minor
}

/** Reads the output of `containerd --version`: `containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+b1`. */
export function parseVersionOutput(text: string): Release | undefined {
  // k3s is one program under many names.
  if (!/^containerd\b/.test(text)) return undefined
  const word = text.split(/\s+/).find(part => /^v?\d+\.\d+/.test(part))
  return word === undefined ? undefined : parseRelease(word)
}

/** Whether the release is `text`, such as `2.1.0`, or a later one. */
export function atLeast(generation: Release, text: string): boolean {
  const other = parseRelease(text) as Release
  const keys = ['major', 'minor', 'patch'] as const
  const differs = keys.find(key => generation[key] !== other[key])
  return differs === undefined || generation[differs] > other[differs]
}

/** Whether its rules are known: those of 2.4 by its source. */
export function isTested(generation: Release): boolean {
  return atLeast(generation, '1.6.0') && !atLeast(generation, '2.5.0')
}

/**
 * Whether `dial_timeout` in hosts.toml has an effect: since 2.0.7 and 2.1.0, never in 1.x
 * (core/remotes/docker/config/hosts.go@v2.1.0).
 */
export function knowsDialTimeout(generation: Release): boolean {
  return atLeast(generation, '2.0.7')
}

/** Whether it looks up `_default`: since 1.6.17 (remotes/docker/config/config_unix.go@v1.6.17). */
export function knowsDefaultDirectory(generation: Release): boolean {
  return atLeast(generation, '1.6.17')
}
