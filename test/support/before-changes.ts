/** Nodes on which a change does not come about. */
import type { Writer } from '../../lib/system/files.ts'

/** Calls `before` with the path ahead of every change of the node; what it throws comes in place of the change. */
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
    rename: step(node.rename),
    makeDirectory: step(node.makeDirectory),
    removeEmptyDirectory: step(node.removeEmptyDirectory),
  }
}
