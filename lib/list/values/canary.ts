/** The image that a deep probe requests: `repository[:tag]`, or a full image name for `*`. Pure. */
import { isRefused, type Refused } from '../../model/refused.ts'
import { parseRegistryName } from './registry-name.ts'

/** github.com/distribution/reference regexp.go@v0.6.0: path components and tag. */
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$`)

/** Why a registry of this name has no such canary; undefined if it may have. */
export function canaryProblem(canary: string, registry: string): Refused | undefined {
  const slash = canary.indexOf('/')
  const first = slash === -1 ? '' : canary.slice(0, slash)
  const isNamed = first !== '' && !isRefused(parseRegistryName(first))
  if (registry === '*' && !isNamed) {
    return {
      message: 'the canary of "*" must be a full image name',
      hint: 'write a name such as "ghcr.io/owner/name:tag"',
    }
  }
  if (registry !== '*' && isNamed)
    return { message: 'the canary must not name the registry', hint: `write "${canary.slice(slash + 1)}"` }
  if (!REPOSITORY.test(registry === '*' ? canary.slice(slash + 1) : canary)) {
    return {
      message: 'the canary must be a repository and a tag',
      hint: 'write a name such as "library/busybox:latest"',
    }
  }
  if (registry === 'docker.io' && slash === -1)
    return { message: 'images of docker.io without "/" are in library', hint: `write "library/${canary}"` }
  return undefined
}
