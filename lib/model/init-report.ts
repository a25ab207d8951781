/** The report of `init`. */
export interface InitReport {
  readonly version: 1
  readonly kind: 'init'
  readonly preset: string
  /** Where the list was written; absent when it is printed. */
  readonly file?: string
  readonly list: string
}
