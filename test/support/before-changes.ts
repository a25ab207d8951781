/** Nodes on which changes fail. */
import type { Writer } from '../../lib/system/writer.ts'

/** Calls `before` with the path before every change of the node; an error that it throws replaces the change. */
export function beforeChanges(node: Writer, before: (path: string) => void): Writer {
  const step =
    <A extends [path: string, ...unknown[]], R>(act: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      before(args[0])
      return await act(...args)
    }
  return {
    ...node,
    write: step(node.write),
    create: step(node.create),
    duplicate: step(node.duplicate),
    remove: step(node.remove),
    removeSocket: step(node.removeSocket),
    rename: step(node.rename),
    createDirectory: step(node.createDirectory),
    makeDirectory: step(node.makeDirectory),
    removeEmptyDirectory: step(node.removeEmptyDirectory),
  }
}
