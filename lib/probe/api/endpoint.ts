/** An endpoint of a registry, and the image that deep probes request from it. Pure. */
import type { ApiBase } from '../../model/registry.ts'
import type { ClientSettings } from '../connection/client-settings.ts'
import { hasHeader } from '../http/headers.ts'

/** Everything that is needed to send an endpoint the requests of the runtime. */
export interface Endpoint extends ClientSettings {
  readonly registry: string
  readonly role: 'mirror' | 'server'
  readonly base: ApiBase
  /** Tried in turn if the one before does not speak its scheme (a loopback registry: https, then http). */
  readonly alternatives?: readonly ApiBase[]
  /** Tried in turn instead of `base`: the next one after any failure of a ping. */
  readonly tries?: readonly ApiBase[]
  /** Present where the runtime pings it first: which responses let it go on. */
  readonly ping?: {
    readonly accepts: 'any_response' | 'ok_or_unauthorized'
    readonly stopsAtPassword: boolean
  }
  /** The target whose client requests it; absent: that of the first one. */
  readonly probedAs?: string | undefined
  /** The targets that it is probed for, where others are probed apart. */
  readonly targets?: readonly string[]
  /** Whether the runtime resolves tags with it. */
  readonly resolves: boolean
  /** What a deep probe requests. */
  readonly canary?: Canary
}

/** An image that a probe requests. */
export interface Canary {
  readonly repository: string
  /** A tag. */
  readonly reference: string
  /** The registry of the image; sent to every endpoint that is not that registry (registry.go:85-92@v2.3.4). */
  readonly ns?: string
}

/** Equal for endpoints that are sent the same requests, so that one probe is enough for them. */
export function probeKey({ registry: _, role: __, targets: ___, ...requested }: Endpoint): string {
  return JSON.stringify(requested)
}

/** Whether it is sent a secret of the list. */
export function holdsSecret({ header }: Pick<Endpoint, 'header'>): boolean {
  return Object.keys(header).length > 0
}

/** Whether a request to this host carries an Authorization header of the list; after a redirect it mostly does not. */
export function sendsAuthorization({ header, base }: Pick<Endpoint, 'header' | 'base'>, host = ''): boolean {
  return hasHeader(header, 'authorization') && host === new URL(base.origin).host
}
