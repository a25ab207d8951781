/** The coloured output of a command as an HTML page that looks like a terminal. Pure. */

/** A sequence that styleText of Node writes: one number each. */
const STYLE = /\u001b\[(\d+)m/

const CLASSES: Readonly<Record<string, string>> = {
  1: 'bold',
  2: 'dim',
  31: 'red',
  32: 'green',
  33: 'yellow',
}

const CSS = `
html { background: #0d1117; }
body { margin: 0; padding: 14px 18px; width: max-content; color: #e6edf3; }
pre { margin: 0; font: 14px/1.35 monospace; }
.bold { font-weight: bold; } .dim { color: #9aa4af; }
.red { color: #ff8a82; } .green { color: #56d364; } .yellow { color: #e3b341; }
`

export function terminalPage(command: string, output: string): string {
  const prompt = `<span class="dim">$</span> <span class="bold">${escaped(command)}</span>`
  return `<!DOCTYPE html><meta charset="utf-8"><style>${CSS}</style><pre>${prompt}\n\n${styled(output)}</pre>\n`
}

function styled(output: string): string {
  const [first = '', ...rest] = output.trimEnd().split(STYLE)
  const spans = rest.map((text, i) => {
    const style = i % 2 === 1 ? CLASSES[rest[i - 1] ?? ''] : undefined
    if (i % 2 === 0) return ''
    return style === undefined ? escaped(text) : `<span class="${style}">${escaped(text)}</span>`
  })
  return escaped(first) + spans.join('')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
