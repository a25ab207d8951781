/** Lints about one mirror. Pure. */
import { isLoopback, type Mirror, type Registry } from '../../model/registry.ts'
import type { WrittenMirror } from '../written.ts'
import { lintOwnServer } from './own-server-lint.ts'

/** What a lint about a mirror sees. */
interface MirrorInput {
  readonly mirror: Mirror
  readonly registry: Registry
  /** Without what comes from `[defaults]`. */
  readonly written: WrittenMirror
}

interface MirrorLint {
  /** The key that the notice points to; absent: the mirror. */
  readonly key?: 'capabilities'
  lint(input: MirrorInput): string | undefined
}

/** By their codes. */
export const mirrorLints: Readonly<Record<string, MirrorLint>> = {
  push_granted: {
    key: 'capabilities',
    lint: ({ mirror: { capabilities } }) =>
      capabilities.includes('push')
        ? 'nodes can push images to this mirror; remove "push" unless you need it'
        : undefined,
  },
  http_resolve: {
    lint: ({ mirror }) =>
      isExposed(mirror) && mirror.capabilities.includes('resolve')
        ? 'anyone on the network path can change what a tag points to; use https, or grant "pull" only'
        : undefined,
  },
  http_mirror: {
    lint: ({ mirror }) =>
      isExposed(mirror)
        ? 'image names and credentials are sent to this mirror unencrypted; use https'
        : undefined,
  },
  example_host: {
    lint: ({ mirror: { base } }) => {
      // RFC 2606, section 3: the starter lists use these names.
      const [, host] = /^\w+:\/\/((?:[^/:]+\.)?example\.(?:com|net|org))(?::\d+)?$/.exec(base.origin) ?? []
      return host && `${host} is a name for examples; write the name of your mirror`
    },
  },
  mirror_is_server: {
    lint: ({ mirror, registry, written }) => lintOwnServer(mirror, registry, written),
  },
}

const HTTP = 'http://'

function isExposed({ base: { origin } }: Mirror): boolean {
  return origin.startsWith(HTTP) && !isLoopback(origin.slice(HTTP.length))
}
