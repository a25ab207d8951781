/** Decisions of a person that are not in the list. */

export type Migration = 'tables' | 'headers'

export interface Choices {
  /** Adopt files that another live program writes. */
  readonly takeOver: boolean
  /** Take older tables with mirrors out of its files: those that must go, or also credentials that the list has as headers. */
  readonly migrate?: Migration | undefined
}
