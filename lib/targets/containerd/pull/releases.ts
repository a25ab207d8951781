/** The releases that may run on a node, and ranges of them. Pure. */
import type { ReleaseRange } from '../../pull-route.ts'
import { atLeast, isExact, isSameLine, parseRelease, type Release } from '../../release.ts'
import type { Snapshot } from '../snapshot.ts'

/** The first release of each way in which endpoints are found, in the order of their numbers. */
const FIRSTS = [
  ...['1.6.0', '1.6.9', '1.6.17', '1.6.25', '1.6.32'],
  ...['1.7.0', '1.7.8', '1.7.16', '1.7.24', '1.7.32'],
  ...['2.0.0', '2.0.7', '2.1.0', '2.2.0', '2.2.2', '2.3.0'],
].map(text => parseRelease(text) as Release)

/** The release, where it is known with its patch number; else the first of each way that it may have. */
export function possibleReleases(snapshot: Snapshot): readonly Release[] {
  const { generation, installed, readers } = snapshot
  if (generation === undefined) return releasesReading(readers)
  if (isExact(generation)) return [generation]
  if (installed !== undefined && isSameLine(generation, installed)) return [installed]
  const line = FIRSTS.filter(first => isSameLine(generation, first))
  return line.length > 0 ? line : [generation]
}

/** The first of each way of those that merge config.toml as one of these does. */
export function releasesReading(readers: readonly Release[]): readonly Release[] {
  return FIRSTS.filter(first => readers.some(reader => isRead(first, reader)))
}

/** `readers` has one release for each way of merging config.toml: 1.x, 2.0 to 2.2, and later ones. */
function isRead(release: Release, reader: Release): boolean {
  const wayOf = (one: Release) => (one.major < 2 ? 1 : atLeast(one, '2.3.0') ? 3 : 2)
  return wayOf(release) === wayOf(reader)
}

/** Some of the releases as ranges, where neighbours are joined. */
export function rangesOf(releases: readonly Release[], all: readonly Release[]): readonly ReleaseRange[] {
  const isIn = all.map(release => releases.includes(release))
  const starts = all.filter((_, i) => isIn[i] && !isIn[i - 1])
  return starts.map(({ name }) => {
    const from = all.findIndex(release => release.name === name)
    const end = all.find((_, i) => i > from && !isIn[i])
    return { from: name, ...(end !== undefined && { before: end.name }) }
  })
}

/** Whether a release is in one of the ranges; without ranges every one is. */
export function inRanges(release: Release, ranges: readonly ReleaseRange[] | undefined): boolean {
  const isIn = ({ from, before }: ReleaseRange) =>
    atLeast(release, from) && !(before !== undefined && atLeast(release, before))
  return ranges === undefined || ranges.some(isIn)
}
