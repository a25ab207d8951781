/** A file that no user can read, such as a link that leads nowhere or a directory in its place. Pure. */
import type { Rule } from '../targets/rule.ts'
import type { CheckedNode } from './checked-node.ts'

/** What another user may be allowed to do. */
const DENIED = /permission denied|not permitted/

export const unusableFile: Rule<CheckedNode> = {
  code: 'file_unusable',
  severity: 'error',
  part: 'config',
  title: 'a directory, or a link that leads nowhere, is where a file must be',
  find: ({ unread }) =>
    unread
      .filter(({ why }) => !DENIED.test(why))
      .map(({ file, why }) => ({
        ...{ file, problem: why, consequence: 'the runtime cannot read it either' },
        cure: 'put a regular file there, or remove it',
      })),
}
