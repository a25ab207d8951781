/** Image names as containers/image reads them (image/docker/reference@image/v5.39.2). Pure. */

const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const DOMAIN = `${LABEL}(?:\\.${LABEL})*`
const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'

const HOST = new RegExp(`^${DOMAIN}(?::[0-9]+)?$`)
const PATH = new RegExp(`^${PART}(?:/${PART})*$`)

/** Whether a text is `host[:port]`, as an entry of unqualified-search-registries must be. */
export function isHost(text: string): boolean {
  return HOST.test(text)
}

/** Whether a text is the name of a repository, without a host. */
export function isRepository(text: string): boolean {
  return PATH.test(text)
}

/** Whether the first part of an image name is a host: else it is a repository of docker.io (normalize.go splitDockerDomain). */
export function isRegistryHost(first: string): boolean {
  return first === 'localhost' || /[.:]/.test(first)
}

/**
 * Why every pull fails that is sent to this location: the name that a pull gets by it is invalid, or would be another one
 * once it is completed (sysregistriesv2 rewriteReference, reference.ParseNamed). It completes "the location …".
 */
export function locationProblem(location: string): string | undefined {
  const [host = '', ...rest] = location.split('/')
  if (!isHost(host)) return `has the host ${host}, which an image name cannot have`
  if (!isRegistryHost(host))
    return `has the host ${host}, which stands for docker.io/${host} in an image name`
  if (host === 'index.docker.io') return 'has the host index.docker.io, which stands for docker.io'
  if (rest.length === 0 || isRepository(rest.join('/'))) return undefined
  const isCapital = rest.join('/') !== rest.join('/').toLowerCase()
  return `has the path ${rest.join('/')}, but a repository must ${isCapital ? 'be lower-case' : 'have only letters, digits and . _ - between them'}`
}
