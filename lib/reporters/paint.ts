/** Colour, decided once: reporters are handed a Paint and stay pure. */
import { styleText } from 'node:util'

/** Puts a style around a text, or returns it as it is. */
export type Paint = (style: 'green' | 'red' | 'yellow' | 'dim' | 'bold', text: string) => string

/** Whoever calls decides about colour (terminal, NO_COLOR, …); here it is only switched on or off. */
export function paint(on: boolean): Paint {
  if (!on) return (_style, text) => text
  return (style, text) => styleText(style, text, { validateStream: false })
}
