import type { Reader } from './reader.ts'

/** The same files, as if this directory did not exist. */
export function withoutDirectory(node: Reader, directory: string): Reader {
  const isHidden = (file: string) => file === directory || file.startsWith(`${directory}/`)
  return {
    ...node,
    read: async (file, limit) => (isHidden(file) ? undefined : await node.read(file, limit)),
    find: async file => (isHidden(file) ? undefined : await node.find(file)),
    facts: async file => (isHidden(file) ? undefined : await node.facts(file)),
    entries: async file => (isHidden(file) ? undefined : await node.entries(file)),
  }
}
