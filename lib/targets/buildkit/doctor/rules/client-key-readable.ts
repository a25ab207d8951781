/** A key of a client certificate that every user can read; util/resolver/resolver.go:105@v0.32.2 does not check it. Pure. */
import type { Rule } from '../../../rule.ts'
import { namedFiles } from '../named-files.ts'
import type { ObservedBuildkit } from '../observe-node.ts'

const OTHERS = 0o004

export const clientKeyReadable: Rule<ObservedBuildkit> = {
  code: 'client_key_readable',
  severity: 'warning',
  part: 'config',
  title: 'every user can read a key that `buildkitd.toml` names',
  fixes: true,
  find: ({ snapshot: { file }, named }) => {
    const keys = file === undefined ? [] : namedFiles(file).filter(({ key }) => key === 'key')
    return [...new Set(keys.map(({ path }) => path))].flatMap(path => {
      const found = named.get(path)
      if (found?.facts.type !== 'file' || !found.isExposed || (found.facts.mode & OTHERS) === 0) return []
      return [
        {
          file: path,
          problem: 'every user can read this private key',
          consequence: 'BuildKit uses it, and any program on this machine can',
          cure: `chmod 600 ${path}`,
          fix: { file: path, mode: 0o600 as const, why: 'only its owner may read it' },
        },
      ]
    })
  },
}
