/** Colour is decided once, and reporters get a Paint, so they stay pure. */
import { styleText } from 'node:util'

/** Adds a style to a text, or returns the text as it is. */
export type Paint = (style: 'green' | 'red' | 'yellow' | 'dim' | 'bold', text: string) => string

export function paint(on: boolean): Paint {
  if (!on) return (_style, text) => text
  return (style, text) => styleText(style, text, { validateStream: false })
}
