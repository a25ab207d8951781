/** Certificates in PEM texts. Pure. */

const BLOCK = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g

/** Each certificate of a text, still as PEM. */
export function certificateBlocks(text: string): readonly string[] {
  return text.match(BLOCK) ?? []
}

/** Each certificate of a text, as DER. */
export function certificatesIn(text: string): readonly Buffer[] {
  return [...text.matchAll(BLOCK)].map(([, base64 = '']) => Buffer.from(base64, 'base64'))
}
