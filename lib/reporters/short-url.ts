/** A url in little room: who it is stays readable longest. Pure. */
import { columnsOf, cut } from './columns.ts'

interface Parts {
  readonly scheme: string
  readonly host: string
  readonly path: string
}

/** So much of a path is worth more than the scheme, and than a bar beside it. */
const PATH_WIDTH = 16

/** A long path is cut first, in its middle; then the scheme goes, then the path, and the host is cut last. */
export function shortUrl(url: string, width: number): string {
  if (columnsOf(url) <= width) return url
  const { scheme, host, path } = partsOf(url)
  const begin = width < widthOfUrl(url) ? host : scheme + host
  const rest = width - columnsOf(begin)
  return path === '' || rest < 1 ? cut(host, width) : begin + cut(path, rest)
}

/** The room that a url needs for its scheme, its host and enough of its path. */
export function widthOfUrl(url: string): number {
  const { scheme, host, path } = partsOf(url)
  return columnsOf(scheme + host) + Math.min(PATH_WIDTH, columnsOf(path))
}

/** The room that its host needs. */
export function widthOfHost(url: string): number {
  return columnsOf(partsOf(url).host)
}

function partsOf(url: string): Parts {
  const [, scheme = '', host = '', path = ''] = /^([a-z]+:\/\/)?([^/]*)(.*)$/s.exec(url) ?? []
  return { scheme, host, path }
}
