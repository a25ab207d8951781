/** What every part of a release is built from, and where. */

export interface Order {
  readonly version: string
  /** Where the release goes, and a folder for work. */
  readonly out: string
  readonly work: string
  /** For tests, which cannot wait for the smallest files. */
  readonly fast: boolean
  /** The time of the commit, in seconds: a release has the same bytes as another one of it. */
  readonly epoch: number
}
