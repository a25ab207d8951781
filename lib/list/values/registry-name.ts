/** Registries by name, as image names begin. Pure. */
import { parseAuthority } from './authority.ts'
import { isRefused, type Refused } from './refused.ts'

/** The name under which a runtime looks a registry up: lower case, `index.docker.io` → `docker.io`. */
export function parseRegistryName(key: string): { readonly name: string } | Refused {
  if (key === '*') return { name: '*' }
  const special = specialCase(key)
  if (special !== undefined) return special
  const parsed = parseAuthority(key)
  if (isRefused(parsed)) return { ...parsed, message: `this key ${parsed.message}` }
  const { name, port } = parsed
  if (name.includes('_')) return { message: 'a registry\'s name holds no "_"' }
  if (!isDomain(name, port)) {
    return {
      message: 'no image name begins with this registry',
      hint: `"${name}/image" means docker.io/${name}/image; give the domain or the port`,
    }
  }
  const full = port === undefined ? name : `${name}:${port}`
  return { name: full === 'index.docker.io' ? 'docker.io' : full }
}

/**
 * What tells a registry from the first part of a repository in an image name
 * (github.com/distribution/reference normalize.go splitDockerDomain@v0.6.0).
 */
function isDomain(name: string, port: string | undefined): boolean {
  return name === 'localhost' || port !== undefined || /[.:]/.test(name)
}

function specialCase(key: string): Refused | undefined {
  if (key === '_default')
    return { message: '"_default" is containerd\'s word', hint: 'write "*" for every other registry' }
  if (/^(mirrors|server|fallback|canary)$/.test(key))
    return { message: `${key} belongs to a registry`, hint: 'write it below the name of one' }
  if (key.includes('@'))
    return { message: 'a registry\'s name holds no "@"', hint: 'write it as image names begin' }
  const bare = key.replace(/^[a-z]+:\/\//i, '').split('/')[0] ?? ''
  const hint = isRefused(parseAuthority(bare)) ? 'write it as image names begin' : `write "${bare}"`
  if (/^[a-z]+:\/\//i.test(key)) return { message: 'a registry is named without a scheme', hint }
  if (/[/\\]/.test(key)) return { message: 'a registry is named without a path', hint }
  if (key.includes('*'))
    return { message: '"*" stands alone', hint: 'name each registry, or use "*" for all others' }
  return undefined
}
