/** Releases of a runtime, by their numbers. Pure. */

/** A release, or a line of releases: then its oldest patch. */
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

/** Whether the release is `text`, such as `2.1.0`, or a later one. */
export function atLeast(generation: Release, text: string): boolean {
  const other = parseRelease(text) as Release
  const keys = ['major', 'minor', 'patch'] as const
  const differs = keys.find(key => generation[key] !== other[key])
  return differs === undefined || generation[differs] > other[differs]
}
