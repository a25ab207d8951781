/** Image names as Podman completes them (image/docker/reference/normalize.go@image/v5.39.2). Pure. */
import type { ImageName } from '../../pull-route.ts'
import { isHost, isRegistryHost, isRepository } from '../files/references.ts'

const HUB = 'docker.io'

/** The name that a pull of `text` is for, or what is wrong with it. */
export function parseImageName(text: string): ImageName | { readonly problem: string } {
  const [, name = '', tag, digest] =
    /^(.*?)(?::(\w[\w.-]{0,127}))?(?:@([a-z0-9]+:[a-f0-9]{32,}))?$/.exec(text) ?? []
  const { registry, rest } = splitName(name)
  if (!isHost(registry) || !isRepository(rest)) return { problem: 'this is not an image name' }
  if (`${registry}/${rest}`.length > 255) return { problem: 'an image name must not exceed 255 characters' }
  return { registry, repository: rest, reference: digest ?? tag ?? 'latest' }
}

/** As normalized names are (splitDockerDomain): names without a registry were completed before. */
function splitName(name: string): { readonly registry: string; readonly rest: string } {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  if (slash === -1 || !isRegistryHost(first)) return withLibrary(HUB, name)
  return withLibrary(first === `index.${HUB}` ? HUB : first, name.slice(slash + 1))
}

function withLibrary(registry: string, rest: string) {
  return { registry, rest: registry === HUB && !rest.includes('/') ? `library/${rest}` : rest }
}
