import type { ProbeReason } from '../../model/probe-reason.ts'

/** Why an endpoint is not healthy. Without a reason the probe has no verdict. */
export interface Fault {
  readonly reason: ProbeReason | undefined
  /** Replaces the problem in the words of the reason. */
  readonly what?: string | undefined
  /** Replaces the remedy in the words of the reason. */
  readonly todo?: string | undefined
  /** The remedy for the server of a registry, where that of a mirror names what a server does not have. */
  readonly forServer?: string | undefined
  /** The remedy for a URL of the command line, where that of a list names its keys. */
  readonly forUrl?: string | undefined
  /** Untrusted text of the endpoint. */
  readonly quoted?: string | undefined
  /** Retry-After, in seconds. */
  readonly retryAfterS?: number | undefined
  /** Name of the proxy that the request went through. */
  readonly proxy?: string | undefined
  /** The endpoint speaks plain http where https was expected. */
  readonly plainHttp?: boolean
  /** A 3xx that the client of the runtime does not follow, so that the runtime sees it. */
  readonly unfollowed?: boolean
  /** Whether the pull ends here: the runtime tries no other endpoint. */
  readonly stops?: boolean
  /** A connection on which nothing more comes in this phase; some runtimes wait for ever. */
  readonly silent?: 'tls' | 'request' | 'body'
}

/** A problem and its remedy. The endpoint is the subject of the problem and is not named. */
export interface Words {
  readonly what: string
  readonly todo: string
  /** The remedy for the server of a registry, if it is another one. */
  readonly forServer?: string | undefined
  /** The remedy for a URL of the command line, if it is another one. */
  readonly forUrl?: string | undefined
  /** The remedy where the URL has a name that can change its owner. */
  readonly forName?: string | undefined
}
