/** A Reader in which some files have other bytes: a node as it was. */
import type { Reader } from './reader.ts'

/** Undefined bytes: the file does not exist. Others are of files that `node` has too. */
export function overlaidReader(node: Reader, files: ReadonlyMap<string, Buffer | undefined>): Reader {
  return {
    ...node,
    read: async (file, limit) => (files.has(file) ? files.get(file) : await node.read(file, limit)),
    find: async file => {
      const found = await node.find(file)
      if (!files.has(file)) return found
      const bytes = files.get(file)
      return bytes && found && { ...found, bytes }
    },
    facts: async file =>
      files.has(file) && files.get(file) === undefined ? undefined : await node.facts(file),
  }
}
