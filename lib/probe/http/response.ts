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

/** The first value of a header, which is all that containerd reads of most; empty if there is none. */
export function readHeader(response: HttpResponse, name: string): string {
  return readValues(response, name)[0] ?? ''
}

/** All values of a header, in their order. */
export function readValues({ headers }: HttpResponse, name: string): readonly string[] {
  return [headers[name] ?? []].flat()
}
