/**
 * How a behaviour of servers is described: `fixtures/behaviours/<name>.ts` exports one as `behaviour`. It says what the
 * servers do and how the list names the mirror, and never what the verdict should be: real containerds decide that.
 */
import type tls from 'node:tls'
import type { Contents } from './contents.ts'

export interface Behaviour {
  /** What is special, in one sentence: "responds to HEAD with 405". */
  readonly about: string
  /** Where it was seen: `containerd#5860`, `Harbor behind nginx`. */
  readonly seen?: string
  /** The servers by name. `mirror` is the endpoint; text of the behaviour refers to a server as `$mirror`, `$token`, `$store`; `$token.host` is its name and port. */
  readonly hosts: Readonly<Record<string, Host>> & { readonly mirror: Host }
  /** The mirror in the list; `url` is `$mirror` by default. `$…` becomes the origin of a host, and files are given as text. */
  readonly mirror?: Readonly<Record<string, unknown>>
  /** Files beside the list, by name: certificates and keys. */
  readonly files?: Readonly<Record<string, string>>
  /** What the hosts serve; the default is `plainImage`. `name` makes it differ from the image of every other behaviour. */
  readonly image?: (name: string) => Contents
  /** Variables of the daemon and of the probe, such as `HTTPS_PROXY`. Behaviours with equal variables share a daemon. */
  readonly environment?: Readonly<Record<string, string>>
  /** `timeout` of [health] while it is probed; the default is 10s. */
  readonly timeout?: string
  /** `layer`: only requests for blobs show it, so a probe of the manifest cannot. */
  readonly shows?: 'layer'
  /** Why a probe cannot know the result of a pull. Only then may its verdict be `unknown`. */
  readonly unknown?: string
}

/** A server on a free port of 127.0.0.1. Without rules it serves the image as a registry does. */
export interface Host {
  /** The first rule that matches a request changes the response. */
  readonly rules?: readonly Rule[]
  /** The path below which the API is; `/v2` by default. */
  readonly base?: string
  /** The only value of Authorization that is accepted; other requests get 401 with `challenge`. */
  readonly requires?: string | undefined
  /** WWW-Authenticate of the 401; an array is several lines. */
  readonly challenge?: string | readonly string[]
  /** https with these options. */
  readonly tls?: tls.TlsOptions
  /** As a proxy: the host that CONNECT leads to, unless a rule replies. Requests for whole urls are always served. */
  readonly connectsTo?: string
  /** A SOCKS5 proxy in place of a web server. */
  readonly socks?: Socks
  /** A program of Debian in place of a web server of the tests. */
  readonly program?: Program
}

export interface Socks {
  /** The host that every connection leads to. */
  readonly connectsTo: string
  /** `user:password`, if it requires them. */
  readonly login?: string
  /** The code of its reply; 0, success, by default. */
  readonly reply?: number
}

export interface Program {
  readonly name: 'nginx' | 'apache2' | 'squid' | 'docker-registry'
  /** Its configuration. `$PORT` is its port on 127.0.0.1, `$DIR` a directory of its own. */
  readonly config: string
  /** Files in `$DIR`. */
  readonly files?: Readonly<Record<string, string>>
}

export type Kind = 'ping' | 'tag' | 'manifest' | 'blob' | 'other'

export interface Rule {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'CONNECT'
  /** `manifest` is by digest, `tag` by tag; `other` is a path that the API does not have. */
  readonly kind?: Kind | readonly Kind[]
  readonly path?: RegExp
  /** Whether the request has an Authorization header, or what that must match. */
  readonly authorization?: boolean | RegExp
  /** A header of the request, in lower case, and what it must match. */
  readonly header?: readonly [name: string, value: RegExp]
  /** Also applies to requests that `requires` refuses; `normal` is then the 401. */
  readonly beforeLogin?: boolean
  readonly reply: Change | ((request: Requested, normal: Reply) => Change)
}

export interface Requested {
  readonly method: string
  /** With the query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

export interface Reply {
  readonly status: number
  /** A header that is undefined is not sent. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string | Buffer
}

/** What differs from the normal reply. Headers are added to its headers. */
export interface Change extends Partial<Reply> {
  /** These bytes are sent in place of a response, as they are; then the connection is closed. */
  readonly raw?: string | Buffer
  /** Milliseconds before the reply. */
  readonly afterMs?: number
  /** After `raw` a tunnel of CONNECT is open. */
  readonly thenTunnel?: boolean
  /** `close`: the connection is closed without a response. `stall`: nothing is sent, ever. */
  readonly instead?: 'close' | 'stall'
}
