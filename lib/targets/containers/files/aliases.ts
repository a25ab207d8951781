/** Aliases of short names (image/pkg/sysregistriesv2/shortnames.go@image/v5.39.2). Pure. */
import type { Refused } from '../../../model/refused.ts'
import { isHost, isRegistryHost, isRepository } from './references.ts'

/** What is wrong with an alias and the image that it stands for. Empty, it takes back an earlier alias. */
export function aliasProblem(name: string, image: string): Refused | undefined {
  const [first, path] = splitName(name)
  // Debian's shortnames.conf has `rhel7.9`.
  if (!isName(name) || (path !== '' && isRegistryHost(first)))
    return {
      message: 'the alias is not a short name',
      hint: 'write a name without a registry, a tag and a digest',
    }
  const [host, rest] = splitName(image)
  if (image === '' || (isName(image) && rest !== '' && isRegistryHost(host))) return undefined
  return {
    message: 'the alias stands for no image of a registry',
    hint: 'write registry/repository, without a tag and a digest',
  }
}

function splitName(name: string): readonly [first: string, rest: string] {
  const slash = name.indexOf('/')
  return slash === -1 ? [name, ''] : [name.slice(0, slash), name.slice(slash + 1)]
}

/** A repository with or without a host. */
function isName(name: string): boolean {
  const [host, rest] = splitName(name)
  return isRepository(name) || (isHost(host) && isRepository(rest))
}
