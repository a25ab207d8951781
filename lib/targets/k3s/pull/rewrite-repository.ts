/** `rewrite` of registries.yaml: regular expressions of Go on the names of repositories. Pure. */

interface Rewritten {
  /** What precedes the name as it was, with a `/` in front; empty where the name is as it was. */
  readonly prefix: string
  /** Why requests to the endpoint are for another name. */
  readonly problem?: string
}

/** The first rule that changes the name counts (k3s-io/containerd, core/remotes/docker/resolver.go). */
export function rewriteRepository(repository: string, rules: Readonly<Record<string, string>>): Rewritten {
  for (const [pattern, replacement] of Object.entries(rules)) {
    const expression = compile(pattern)
    const changed = expression && repository.replace(expression, asJavaScript(String(replacement)))
    if (changed === undefined || changed === repository) continue
    if (changed.endsWith(`/${repository}`)) return { prefix: `/${changed.slice(0, -repository.length - 1)}` }
    return { prefix: '', problem: `rewrite makes the repository ${changed} of ${repository}` }
  }
  return { prefix: '' }
}

/** Undefined where JavaScript has no such expression. */
function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern.replaceAll('(?P<', '(?<'), 'gu')
  } catch {
    return undefined
  }
}

/** `${1}` and `$1`; Go reads `$1x` as the group named `1x`, which is empty (regexp.Expand). */
function asJavaScript(replacement: string): string {
  return replacement.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? ''
    if (/^\d$/.test(name)) return `$${name}`
    return /^\d/.test(name) ? '' : `$<${name}>`
  })
}
