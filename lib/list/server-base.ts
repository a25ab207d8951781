/** The API base of a registry's server. Pure. */
import { type ApiBase, DOCKER_HUB } from '../model/registry.ts'

/** These hosts serve HTML for docker.io, or nothing (containerd #7400). */
const NOT_THE_HUB = /^https?:\/\/(docker\.io|index\.docker\.io|hub\.docker\.com)$/

/** Whether a server for docker.io does not serve it. */
export function isWrongHub(registry: string, server: ApiBase): boolean {
  return registry === 'docker.io' && NOT_THE_HUB.test(server.origin)
}

const HUB: ApiBase = { origin: DOCKER_HUB, path: '/v2', form: 'root' }

/** `written` in the list; undefined: the usual one. */
export function serverBase(name: string, written: ApiBase | undefined): ApiBase {
  const base = written ?? usualBase(name)
  return isWrongHub(name, base) ? HUB : base
}

/** An origin has no port that its scheme implies. */
function usualBase(name: string): ApiBase {
  if (name === 'docker.io') return HUB
  return { origin: `https://${name.replace(/:443$/, '')}`, path: '/v2', form: 'root' }
}
