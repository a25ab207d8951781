/** Other programs that write files of a runtime, recognized by the text or the path of a file. Pure. */

/** How a program is recognized. */
export interface WriterPattern {
  readonly name: string
  readonly text?: RegExp
  readonly path?: RegExp
  /** Whether the program runs permanently and writes the file again by itself. */
  readonly live: boolean
}

/** The program that wrote a file, and the line by which it is recognized. */
export interface OtherWriter {
  readonly name: string
  readonly live: boolean
  readonly line: number
}

/** Programs that write files of any runtime. */
const ANY_RUNTIME: readonly WriterPattern[] = [
  { name: 'ansible', text: /^#.*\b(ansible[ _]managed|managed by ansible)\b/im, live: false },
  { name: 'puppet', text: /^#.*\bmanaged by puppet\b/im, live: false },
  { name: 'chef', text: /^#.*\b(generated|managed) by chef\b/im, live: false },
  { name: 'salt', text: /^#.*\bmanaged by salt\b/im, live: false },
  // The last one: it fits every program.
  { name: 'another program', text: /^#.*\bdo not (edit|modify|change)\b/im, live: false },
]

/** The program that wrote a file: one of those that write files of this runtime, or one that writes files of any. */
export function findWriter(
  ofRuntime: readonly WriterPattern[],
  path: string,
  text: string,
): OtherWriter | undefined {
  const found = [...ofRuntime, ...ANY_RUNTIME].find(
    pattern => pattern.text?.test(text) || pattern.path?.test(path),
  )
  if (found === undefined) return undefined
  const at = found.text === undefined ? 0 : text.search(found.text)
  return { name: found.name, live: found.live, line: text.slice(0, at).split('\n').length }
}

/** `by k3s`, or `outside regmirror` where the program is not known. */
export function byWriter(writer: OtherWriter | undefined): string {
  return writer === undefined ? 'outside regmirror' : `by ${writer.name}`
}
