/** Secrets that occur nowhere else, and whether a text leaks one of them. Pure. */
import { createHash } from 'node:crypto'

export interface Secret {
  readonly name: string
  readonly text: string
  /** Parts that occur nowhere else: a text with one of them leaks the secret. */
  readonly words: readonly string[]
}

/** Two words, with characters between them that some format escapes. */
export function secret(name: string, between = ' "\\%+/=#\' '): Secret {
  const words = [wordFor(`${name}, first`), wordFor(`${name}, second`)]
  return { name, text: words.join(between), words }
}

/** A private key. Its start, which names the type, is no secret; any sixteen characters of the rest are unique. */
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

/** The names of the secrets that the text leaks, in any encoding. */
export function findLeaks(text: string, secrets: readonly Secret[]): readonly string[] {
  const texts = [text.toLowerCase(), withoutBreaks(text).toLowerCase()]
  const leaks = (form: string) => texts.some(one => one.includes(form.toLowerCase()))
  return secrets
    .filter(({ text, words }) => [...words, text].some(part => formsOf(part).some(leaks)))
    .map(({ name }) => name)
}

/** Without what a terminal, a line break or another encoding puts between letters. */
function withoutBreaks(text: string): string {
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

/** The part of its base64 that does not depend on the text around it, if it begins `shift` bytes after a group of three. */
function base64Within(part: string, shift: number): string {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(part)])
  const whole = Math.floor((bytes.length * 8) / 6)
  return bytes.toString('base64').slice(Math.ceil((shift * 8) / 6), whole)
}
