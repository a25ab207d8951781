/** Names below certs.d. Pure. */

/** The directory of a registry: `_default` stands for every registry without one of its own. */
export function directoryName(registry: string): string {
  return registry === '*' ? '_default' : registry
}
