/** A secret in a file that every user may read. Pure. */
import { formats } from '../formats/index.ts'
import type { Rule } from '../targets/rule.ts'
import type { CheckedNode } from './checked-node.ts'

/** Group members were chosen by someone; every other user was not. */
const OTHERS = 0o004

export const readableSecret: Rule<CheckedNode> = {
  code: 'secret_readable',
  severity: 'warning',
  part: 'config',
  title: 'a file with a secret can be read by every user',
  fixes: true,
  find: ({ files }) =>
    files
      .filter(({ mode }) => (mode & OTHERS) !== 0)
      .flatMap(({ path, text, format }) => {
        const [first] = formats[format].secrets(text) ?? []
        if (first === undefined) return []
        const line = text.slice(0, first[0]).split('\n').length
        return [
          {
            ...{ file: path, line, problem: 'this secret is in a file that every user can read' },
            consequence: 'any program on this node can use it',
            cure: `change the mode: chmod 600 ${path}`,
            fix: { file: path, mode: 0o600, why: 'only its owner may read the secret' },
          },
        ]
      }),
}
