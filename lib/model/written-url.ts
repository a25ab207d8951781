/** Parts of a URL as another program's file has it, which may lack the scheme. Pure. */

/** With https where there is no scheme. */
export function withScheme(url: string, scheme = 'https'): string {
  return /^[a-z]+:\/\//i.test(url) ? url : `${scheme}://${url}`
}

/** The host with its port. */
export function hostOf(url: string): string {
  return url.replace(/^\w+:\/\//, '').replace(/\/.*/, '')
}

/** The path, without a final `/`. */
export function pathOf(url: string): string {
  return url
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/^[^/]*/, '')
    .replace(/\/+$/, '')
}
