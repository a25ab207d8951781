/** Releases of Podman, which stand for the containers/image library that they are built with. Pure. */

export interface Release {
  /** As it is written: `5.8` or `5.8.6`. */
  readonly name: string
  readonly major: number
  readonly minor: number
}

/**
 * In which order drop-ins are read: `by_directory` those of the system, then those of the user; `by_name` those of all
 * directories together, since containers/image 5.40, which Podman 6 is built with (containers-registries.conf.5@image/v5.40.0).
 */
export type Loading = 'by_directory' | 'by_name'

/** `5.8`, `v5.8.6`; undefined for anything else. */
export function parseRelease(text: string): Release | undefined {
  const [, full = '', major, minor] = /^v?((\d+)\.(\d+)(?:\.\d+)*)/.exec(text) ?? []
  if (major === undefined || minor === undefined) return undefined
  return { name: full, major: Number(major), minor: Number(minor) }
}

/** Reads the output of `podman --version`: `podman version 5.8.6`. */
export function parseVersionOutput(text: string): Release | undefined {
  const [, version] = /^podman version (\S+)/.exec(text) ?? []
  return version === undefined ? undefined : parseRelease(version)
}

export function isBefore({ major, minor }: Release, otherMajor: number, otherMinor = 0): boolean {
  return major < otherMajor || (major === otherMajor && minor < otherMinor)
}

/** The orders that the files must be right for: both where the release is not known. */
export function loadingsOf(release: Release | undefined): readonly [Loading, ...Loading[]] {
  if (release === undefined) return ['by_directory', 'by_name']
  return [isBefore(release, 6) ? 'by_directory' : 'by_name']
}

/** Whether a mirror may have `pull-from-mirror` (image 5.21, Podman 4.1); before, the key is ignored. */
export function knowsPullFromMirror(release: Release | undefined): boolean {
  return release === undefined || !isBefore(release, 4, 1)
}

/** Whether a `/` at the end of the location of a mirror stays, so that every pull fails (image 5.22, Podman 4.3). */
export function keepsFinalSlash(release: Release | undefined): boolean {
  return release === undefined || isBefore(release, 5)
}

/** Whether a link that leads nowhere makes every pull fail (image 5.22, Podman 4.3). */
export function failsOnDanglingLink(release: Release | undefined): boolean {
  return release === undefined || isBefore(release, 5)
}

/** Whether a byte order mark makes every pull fail (image 5.22, Podman 4.3). */
export function failsOnByteOrderMark(release: Release | undefined): boolean {
  return release !== undefined && isBefore(release, 5)
}
