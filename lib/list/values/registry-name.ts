/** Names of registries, as image names start with them. Pure. */
import { isRefused, type Refused } from '../../model/refused.ts'
import { parseAuthority } from './authority.ts'

/** The name under which a runtime looks a registry up: lower case, `index.docker.io` → `docker.io`. */
export function parseRegistryName(key: string): { readonly name: string } | Refused {
  if (key === '*') return { name: '*' }
  const problem = keyProblem(key)
  if (problem !== undefined) return problem
  const parsed = parseAuthority(key)
  if (isRefused(parsed)) return { ...parsed, message: `this registry ${parsed.message}` }
  const { name, port } = parsed
  if (name.includes('_')) return { message: 'a registry name must not contain "_"', hint: AS_IN_IMAGES }
  if (!isDomain(name, port)) {
    return {
      message: `"${name}" is not a registry: the image ${name}/image is docker.io/${name}/image`,
      hint: `write the domain or the port, such as "${name}.example.com"`,
    }
  }
  const full = port === undefined ? name : `${name}:${port}`
  return { name: full === 'index.docker.io' ? 'docker.io' : full }
}

/**
 * Whether the first part of an image name is a registry
 * (github.com/distribution/reference normalize.go splitDockerDomain@v0.6.0).
 */
function isDomain(name: string, port: string | undefined): boolean {
  return name === 'localhost' || port !== undefined || /[.:]/.test(name)
}

const AS_IN_IMAGES = 'write the first part of an image name, such as "quay.io"'

function keyProblem(key: string): Refused | undefined {
  if (key === '_default')
    return { message: '"_default" is not a registry', hint: 'write "*" for all other registries' }
  if (/^(mirrors|server|fallback|canary)$/.test(key))
    return { message: `${key} is a key of a registry`, hint: 'move it below the name of a registry' }
  if (key.includes('@')) return { message: 'a registry name must not contain "@"', hint: AS_IN_IMAGES }
  if (/^[a-z]+:\/\//i.test(key))
    return { message: 'a registry name must not contain a scheme', hint: bareHint(key) }
  if (/[/\\]/.test(key)) return { message: 'a registry name must not contain a path', hint: bareHint(key) }
  if (key.includes('*'))
    return {
      message: '"*" must not be part of a name',
      hint: 'list each registry, or use "*" for all other registries',
    }
  return undefined
}

/** The name alone, where there is one. */
function bareHint(key: string): string {
  const bare = key.replace(/^[a-z]+:\/\//i, '').split('/')[0] ?? ''
  return isRefused(parseAuthority(bare)) ? AS_IN_IMAGES : `write "${bare}"`
}
