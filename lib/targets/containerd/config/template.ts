/** Templates from which another program makes a config.toml. Pure. */

/** Directives of Go, Jinja and ERB, and variables of a shell. */
const DIRECTIVE = /\{\{.*?(\}\}|$)|\{%.*?(%\}|$)|<%.*?(%>|$)|\$\{[^}]*\}|\$\(|\$[A-Z_]{2,}/

/** The first directive outside comments. Lines count from 1. */
export function findTemplate(text: string): { readonly line: number; readonly column: number } | undefined {
  for (const [index, line] of text.split('\n').entries()) {
    const at = line.replace(/^\s*#.*$/, '').search(DIRECTIVE)
    if (at !== -1) return { line: index + 1, column: at + 1 }
  }
  return undefined
}
