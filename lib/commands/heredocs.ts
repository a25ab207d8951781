/** Files that a shell script writes with here-documents. Pure. */

export interface HereDocument {
  /** Where the script writes it; absent where that is not clear. */
  readonly path?: string
  /** With empty lines before it, so that its line numbers are those of the script. */
  readonly text: string
}

const START = /<<(-?)\s*(['"]?)(\w+)\2/

export function hereDocuments(script: string): readonly HereDocument[] {
  const lines = script.split(/\r?\n/)
  const found: HereDocument[] = []
  for (let i = 0; i < lines.length; i += 1) {
    const [, dash, , word] = START.exec(lines[i] ?? '') ?? []
    const end =
      word === undefined
        ? -1
        : lines.findIndex((line, n) => n > i && line.replace(/^\t+/, dash ? '' : '$&') === word)
    if (end === -1) continue
    const path = pathIn(lines[i] ?? '')
    const body = lines.slice(i + 1, end).map(line => (dash ? line.replace(/^\t+/, '') : line))
    found.push({
      ...(path !== undefined && { path }),
      text: [...lines.slice(0, i + 1).map(() => ''), ...body, ''].join('\n'),
    })
    i = end
  }
  return found
}

/** `cat > FILE`, `tee FILE`, `sudo tee -a FILE`. */
function pathIn(command: string): string | undefined {
  const rest = command.replace(START, ' ')
  const [, quoted, bare] =
    /(?:\btee(?:\s+-\w+)*|(?<![\d&])>>?)\s*(?:"([^"]+)"|([^\s;|&<>]+))/.exec(rest) ?? []
  return quoted ?? bare
}
