/** The reports of `init`. */
export interface InitReport {
  readonly version: 1
  readonly kind: 'init'
  readonly preset: string
  /** Where the list was written; absent when it is printed. */
  readonly file?: string
  readonly list: string
  /** With `--detect`: the runtimes that were found, by the names that the list gives them. */
  readonly detected?: readonly { readonly target: string; readonly what: string; readonly file: string }[]
}

export interface TemplateReport {
  readonly version: 1
  readonly kind: 'template'
  readonly template: string
  /** Paths as they were written, or inside the template when it is printed. */
  readonly files: readonly { readonly path: string; readonly text: string }[]
  /** Where they were written; absent when the file is printed. */
  readonly written?: string
}

/** What `init` has. */
export interface CatalogReport {
  readonly version: 1
  readonly kind: 'catalog'
  readonly presets: readonly CatalogItem[]
  readonly templates: readonly CatalogItem[]
}

export interface CatalogItem {
  readonly name: string
  /** A few words, without a full stop. */
  readonly summary: string
  /** Number of files of a template. */
  readonly files?: number
}
