/** The API base of a registry's server. Pure. */
import { accepted } from '../model/refused.ts'
import { type ApiBase, DOCKER_HUB } from '../model/registry.ts'
import { parseApiBase } from './values/api-base.ts'

/** These hosts serve HTML for docker.io, or nothing (containerd #7400). */
const NOT_THE_HUB = /^https?:\/\/(docker\.io|index\.docker\.io|hub\.docker\.com)$/

/** Whether a server for docker.io does not serve it. */
export function isWrongHub(registry: string, server: ApiBase): boolean {
  return registry === 'docker.io' && NOT_THE_HUB.test(server.origin)
}

/** `written` in the list; undefined: the usual one. */
export function serverBase(name: string, written: string | undefined): ApiBase {
  const usual = name === 'docker.io' ? DOCKER_HUB : `https://${name}`
  const base = parseServer(written ?? usual)
  return isWrongHub(name, base) ? parseServer(DOCKER_HUB) : base
}

function parseServer(url: string): ApiBase {
  return accepted(parseApiBase(url, 'server'))
}
