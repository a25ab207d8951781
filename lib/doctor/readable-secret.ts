/** A secret in a file that every user may read. Pure. */
import { formats } from '../formats/index.ts'
import type { CheckedFile, Found, Rule } from '../targets/rule.ts'
import type { CheckedNode } from './checked-node.ts'

/** An administrator chooses the members of a group; every other user has this permission too. */
const OTHERS = 0o004

export const readableSecret: Rule<CheckedNode> = {
  code: 'secret_readable',
  severity: 'warning',
  part: 'config',
  title: 'a file with a secret can be read by every user',
  fixes: true,
  find: ({ files }) => files.filter(({ mode }) => (mode & OTHERS) !== 0).flatMap(findSecret),
}

/** The start of a line with a key that holds a secret. What is only hidden in output, such as any header, is not enough. */
const KEY = /(?:passw\w*|auth|authorization|\w*token|cookie|\w*secret|api[-_]?key)["']?\s*=\s*\[?\s*$/i

function findSecret({ path, text, format }: CheckedFile): readonly Found[] {
  const secrets = formats[format].secrets(text) ?? []
  const first = secrets.find(([start, end]) => {
    const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
    return (
      KEY.test(line) &&
      !line.trimStart().startsWith('#') &&
      formats[format].unquote(text.slice(start, end)) !== ''
    )
  })
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
}
