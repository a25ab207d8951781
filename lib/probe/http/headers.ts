/** The headers of a request, whose names are equal in any case. Pure. */

export type Headers = Readonly<Record<string, string>>

/** The value of a header; `name` is in lower case. */
export function findHeader(headers: Headers, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
}

export function hasHeader(headers: Headers, name: string): boolean {
  return findHeader(headers, name) !== undefined
}

export function withoutHeader(headers: Headers, name: string): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key.toLowerCase() !== name))
}
