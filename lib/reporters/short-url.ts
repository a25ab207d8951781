/** A URL in little room: its host stays readable longest. Pure. */
import { columnsOf, cut } from '../wording/columns.ts'

interface Parts {
  readonly scheme: string
  readonly host: string
  readonly path: string
}

/** Columns of a path that matter more than the scheme, and than a bar beside the URL. */
const PATH_WIDTH = 16

/** Cuts a path in its middle, then drops it; the host is cut last. A table has the scheme in all of its URLs, or in none. */
export function shortUrl(url: string, width: number, hasScheme: boolean): string {
  const { scheme, host, path } = partsOf(url)
  const begin = hasScheme ? scheme + host : host
  if (columnsOf(begin + path) <= width) return begin + path
  const rest = width - columnsOf(begin)
  return path === '' || rest < 1 ? cut(begin, width) : begin + cut(path, rest)
}

/** The room for the scheme, the host and enough of the path. */
export function widthOfUrl(url: string): number {
  const { scheme, host, path } = partsOf(url)
  return columnsOf(scheme + host) + Math.min(PATH_WIDTH, columnsOf(path))
}

/** The room for the scheme and the host. */
export function widthOfOrigin(url: string): number {
  const { scheme, host } = partsOf(url)
  return columnsOf(scheme + host)
}

/** The room for the host. */
export function widthOfHost(url: string): number {
  return columnsOf(partsOf(url).host)
}

function partsOf(url: string): Parts {
  const [, scheme = '', host = '', path = ''] = /^([a-z]+:\/\/)?([^/]*)(.*)$/s.exec(url) ?? []
  return { scheme, host, path }
}
