/** The entry of a runtime's files that names the endpoints of a registry. */

/** Where the runtime looked for endpoints. */
export interface Lookup {
  /**
   * `exact`: an entry with the name of the registry; `port_twin`: another spelling of its name and port; `default`: the
   * entry for every registry without its own; `legacy`: an older table; `none`: no entry; `unset`: no place is configured.
   */
  readonly by: 'exact' | 'port_twin' | 'default' | 'legacy' | 'none' | 'unset'
  /** The directory or the file of that entry. */
  readonly path?: string
  readonly line?: number
  /** Why it is this entry, in one sentence. */
  readonly why: string
  /** The setting that names the place where entries are, as written. */
  readonly setting?: { readonly value: string; readonly file?: string; readonly line?: number }
}
