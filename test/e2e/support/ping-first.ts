/** How servers respond to runtimes that ping `/v2/` before they pull. What the verdict should be, real runtimes decide. */
import type http from 'node:http'
import { type Bend, reply } from '../../support/mirror.ts'

type Respond = (request: http.IncomingMessage, response: http.ServerResponse) => boolean

const isPing = ({ url }: http.IncomingMessage) => url === '/v2/'
const isManifest = ({ url = '' }: http.IncomingMessage) => url.includes('/manifests/')
const isBlob = ({ url = '' }: http.IncomingMessage) => url.includes('/blobs/')

type IsMeant = (request: http.IncomingMessage) => boolean

const always =
  (isMeant: IsMeant, status: number, headers: http.OutgoingHttpHeaders = {}, body = ''): Respond =>
  (request, response) => {
    if (!isMeant(request)) return false
    reply(response, status, headers, body)
    return true
  }

const all =
  (...responds: readonly Respond[]): Respond =>
  (request, response) =>
    responds.some(respond => respond(request, response))

/** A token service of its own, and what requires its token. */
const withTokens =
  (requires: IsMeant): Respond =>
  (request, response) => {
    const { url = '', headers } = request
    if (url.startsWith('/token')) {
      reply(response, 200, { 'Content-Type': 'application/json' }, '{"token":"t","expires_in":300}')
      return true
    }
    if (!requires(request) || headers.authorization === 'Bearer t') return false
    const challenge = `Bearer realm="http://${headers.host}/token",service="test"`
    reply(response, 401, { 'WWW-Authenticate': challenge })
    return true
  }

export const PING_BEHAVIOURS: Readonly<Record<string, Bend>> = {
  'serves as a registry does': () => false,
  'responds to the ping with 404, and serves images': always(isPing, 404),
  'responds to the ping with 403, and serves images': always(isPing, 403),
  'responds to the ping with 500, and serves images': always(isPing, 500),
  'responds to the ping with a web page, and serves images': always(
    isPing,
    200,
    { 'Content-Type': 'text/html' },
    '<html></html>',
  ),
  'responds to the ping with a bare 401, and serves images': always(isPing, 401),
  'responds to all with a bare 401': always(() => true, 401),
  'requires a token everywhere': withTokens(() => true),
  'requires a token for the ping alone': withTokens(isPing),
  'requires a token for images, and not for the ping': withTokens(request => !isPing(request)),
  'requires a password for the ping alone': always(isPing, 401, { 'WWW-Authenticate': 'Basic realm="x"' }),
  'redirects the ping': all(
    always(isPing, 302, { Location: '/elsewhere/' }),
    always(({ url }) => url === '/elsewhere/', 200, {}, '{}'),
  ),
  'redirects blobs': (request, response) => {
    if (!isBlob(request)) return false
    if (request.url?.startsWith('/store/')) {
      request.url = request.url.slice('/store'.length)
      return false
    }
    reply(response, 307, { Location: `/store${request.url}` })
    return true
  },
  'has no manifest': always(isManifest, 404),
  'refuses the manifest with 403': always(isManifest, 403),
  'responds to HEAD with 403': always(({ method }) => method === 'HEAD', 403),
  'has no blobs': always(isBlob, 404),
}

/** Those in which runtimes differ. */
export const FEW_BEHAVIOURS: readonly string[] = [
  'responds to the ping with 404, and serves images',
  'responds to the ping with a bare 401, and serves images',
  'requires a token everywhere',
  'requires a token for images, and not for the ping',
  'requires a password for the ping alone',
]

/** Runtimes wait half a minute before they try the next endpoint. */
export const RATE_LIMITED: readonly [title: string, bend: Bend] = [
  'responds to the manifest with 429',
  always(isManifest, 429),
]
