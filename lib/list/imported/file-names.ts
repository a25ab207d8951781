/** Names of the files beside a list that is made. */

/** A file beside the list. */
export interface ListedFile {
  readonly name: string
  readonly text: string
  /** Whether its mode is 0600. */
  readonly secret: boolean
  /** What it is, for a person. */
  readonly what: string
  /** The file that it is a copy of. */
  readonly copyOf?: string
}

export interface FileNames {
  /** The name under which a file is listed; the same file has one name. */
  add(file: Omit<ListedFile, 'name'>, host: string, ending: string): string
  files(): readonly ListedFile[]
}

export function openNames(): FileNames {
  const files: ListedFile[] = []
  return {
    files: () => files,
    add(file, host, ending) {
      const same = files.find(
        one => one.text === file.text && one.what === file.what && one.secret === file.secret,
      )
      if (same !== undefined) return same.name
      const taken = new Set(files.map(({ name }) => name))
      const name = freeName(host, ending, taken)
      files.push({ ...file, name })
      return name
    },
  }
}

function freeName(host: string, ending: string, taken: ReadonlySet<string>): string {
  const start =
    host
      .toLowerCase()
      .replace(/[^a-z0-9.]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '') || 'mirror'
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? `${start}${ending}` : `${start}-${count}${ending}`
    if (!taken.has(name)) return name
  }
}
