/** A response of a server. Pure. */

/** The head of a response and the start of its body. */
export interface HttpResponse {
  readonly status: number
  /** Names in lower case. Untrusted text. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Not longer than the limit. Untrusted text. */
  readonly body: Buffer
  /** Whether `body` is the whole body. */
  readonly complete: boolean
}

/** All values of a header as one text; empty if there are none. */
export function readHeader({ headers }: HttpResponse, name: string): string {
  return [headers[name] ?? []].flat().join(', ')
}
