/** The man(7) macros that the pages use. Pure. */

/** A macro and its text, or a text of its own. */
export type Lines = readonly string[]

/** Text that groff and mandoc print as it is. */
export function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^[.']/gm, '\\&$&')
    .replace(
      /[^\n -~]/gu,
      letter => `\\[u${letter.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
    )
}

export const bold = (text: string) => `\\fB${escaped(text)}\\fR`
export const italic = (text: string) => `\\fI${escaped(text)}\\fR`

/** The first line of a page, with the date of the release. */
export function title(name: string, section: number, version: string, date: Date): string {
  const day = date.toISOString().slice(0, 10)
  return `.TH ${escaped(name.toUpperCase())} ${section} ${day} "regmirror ${version}" "regmirror manual"`
}

export function section(heading: string, lines: Lines): Lines {
  return [`.SH ${heading.toUpperCase()}`, ...lines]
}

export function subsection(heading: string, lines: Lines): Lines {
  return [`.SS ${escaped(heading)}`, ...lines]
}

/** A term and what it means, below it. */
export function item(term: string, meaning: Lines): Lines {
  return ['.TP', term, ...meaning]
}

/** A command or a part of a list, as it is typed. */
export function example(text: string): Lines {
  return ['.in +4n', '.nf', ...escaped(text.trimEnd()).split('\n'), '.fi', '.in']
}

export function seeAlso(names: readonly (readonly [name: string, section: number])[]): Lines {
  const lines = names.map(
    ([name, number], i) => `.BR ${escaped(name)} (${number})${i < names.length - 1 ? ',' : ''}`,
  )
  return section('See also', lines)
}

/** A sentence: upper case first, a full stop at its end. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.…]$/.test(text) ? '' : '.'}`
}

/** A paragraph: each sentence begins a line, which has at most 80 bytes, as mandoc recommends. */
export function paragraph(text: string): Lines {
  return text.split(/(?<=\w{2}[.)]\.?) (?=[A-Z])/).flatMap(wrapped)
}

function wrapped(text: string): Lines {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`
    if (lines.length > 0 && escaped(longer).length <= 80) lines.splice(-1, 1, longer)
    else lines.push(word)
  }
  return lines.map(escaped)
}
