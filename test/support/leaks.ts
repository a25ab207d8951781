/** Secrets that can be told from everything else, and whether a text gives one of them away. Pure. */
import { createHash } from 'node:crypto'

export interface Secret {
  readonly name: string
  readonly text: string
  /** Parts that occur nowhere else: to tell one of them is to tell too much. */
  readonly words: readonly string[]
}

/** Two words, and between them what has to be escaped in one place or another. */
export function secret(name: string, between = ' "\\%+/=#\' '): Secret {
  const words = [wordFor(`${name}, first`), wordFor(`${name}, second`)]
  return { name, text: words.join(between), words }
}

/** A private key. What says of which kind it is, at its beginning, is no secret; of the rest no sixteen characters are a coincidence. */
export function secretKey(name: string, pem: string): Secret {
  const body = pem.replace(/-----.*?-----|\s/g, '').slice(64)
  return { name, text: pem, words: body.match(/.{16}/g) ?? [] }
}

function wordFor(text: string): string {
  const letters = createHash('sha256')
    .update(text)
    .digest('base64')
    .replace(/[^a-zA-Z0-9]/g, '')
  return `zq${letters.slice(0, 14)}`
}

/** The names of the secrets of which the text tells something, in whatever form. */
export function findLeaks(text: string, secrets: readonly Secret[]): readonly string[] {
  const texts = [text.toLowerCase(), closedUp(text).toLowerCase()]
  const tells = (form: string) => texts.some(one => one.includes(form.toLowerCase()))
  return secrets
    .filter(({ text, words }) => [...words, text].some(part => formsOf(part).some(tells)))
    .map(({ name }) => name)
}

/** Without what a terminal, a narrow page or another encoding puts between the letters. */
function closedUp(text: string): string {
  return text.replace(/\u001b\[[0-9;]*[A-Za-z]|\\u0000|[\s\0]/g, '')
}

const known = new Map<string, readonly string[]>()

function formsOf(part: string): readonly string[] {
  const forms = known.get(part) ?? allForms(part)
  known.set(part, forms)
  return forms
}

function allForms(part: string): readonly string[] {
  const base64 = [0, 1, 2].map(shift => base64Within(part, shift))
  return [
    part,
    JSON.stringify(part).slice(1, -1),
    encodeURIComponent(part),
    Buffer.from(part).toString('hex'),
    ...base64,
    ...base64.map(form => form.replaceAll('+', '-').replaceAll('/', '_')),
  ]
}

/** What of it is the same in base64, whatever stands around it, when it begins so many bytes behind a group of three. */
function base64Within(part: string, shift: number): string {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(part)])
  const whole = Math.floor((bytes.length * 8) / 6)
  return bytes.toString('base64').slice(Math.ceil((shift * 8) / 6), whole)
}
