/** The URL of an endpoint as a list has it. Pure. */

/** Without the `/v2` that a list leaves out. */
export function listUrl(base: string): string {
  return base.replace(/^([a-z]+:\/\/[^/]+)\/v2$/, '$1')
}
