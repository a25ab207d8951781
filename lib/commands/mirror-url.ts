/** A mirror as it is typed: a URL, or a host name without a scheme. Pure. */
import { isWrongHub } from '../list/server-base.ts'
import { parseApiBase } from '../list/values/api-base.ts'
import { isRefused, type Refused } from '../model/refused.ts'
import { DOCKER_HUB, isLoopback } from '../model/registry.ts'

/** The URL that a list would have, or why it cannot be read. */
export function readMirrorUrl(typed: string): { readonly url: string } | Refused {
  if (/\.(toml|ya?ml|json)$|^[./~]/.test(typed))
    return { message: 'this is a path, not a URL', hint: `for a list, use -f ${typed}` }
  if (typed.includes('@'))
    return {
      message: 'the URL contains credentials ("@")',
      hint: 'save the value of the header in a file, and use --header-file Authorization=FILE',
    }
  const url = withScheme(typed)
  const base = parseApiBase(url, 'server')
  if (isRefused(base)) return base
  return { url: isWrongHub('docker.io', base) ? DOCKER_HUB : url }
}

/** As runtimes do, over plain HTTP only on this machine itself. */
function withScheme(typed: string): string {
  const host = typed.split('/', 1)[0] ?? ''
  if (typed.includes('://') || !isHost(host)) return typed
  return `${isLoopback(host) ? 'http' : 'https'}://${typed}`
}

/** Not a mistyped scheme, nor a word that may be anything. */
function isHost(text: string): boolean {
  return text === 'localhost' || /^[^:]+\.[^:]+(:\d+)?$|^[^:]+:\d+$/.test(text) || text.startsWith('[')
}
