/** Names of directories in certs.d. Pure. */

/** The directory for every registry without one of its own. */
export const DEFAULT_DIRECTORY = '_default'

export function directoryName(registry: string): string {
  return registry === '*' ? DEFAULT_DIRECTORY : registry
}
