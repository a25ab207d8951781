/** Which types containerd expects in config.toml: a value of another type stops it, with or without CRI. Pure. */
import { isGoDuration, isGoUrl } from '../../hosts-toml/read/go-values.ts'
import type { Leaf, Shape } from '../../hosts-toml/read/shape.ts'

const string: Leaf = { name: 'a string', fits: value => typeof value === 'string' }
const boolean: Leaf = { name: 'true or false', fits: value => typeof value === 'boolean' }
const integer: Leaf = {
  name: 'an integer',
  fits: value => typeof value === 'bigint' || Number.isInteger(value),
}
const strings: Leaf = {
  name: 'an array of strings',
  fits: value => Array.isArray(value) && value.every(item => typeof item === 'string'),
}
const duration: Leaf = { name: 'a duration such as "5s"', fits: isGoDuration }
const url: Leaf = { name: 'a URL such as "https://registry.example:5000"', fits: isGoUrl }
const table: Shape = { known: {} }

const auth: Shape = {
  known: { username: string, password: string, auth: string, identitytoken: string },
}

const TLS: Shape = {
  known: { insecure_skip_verify: boolean, ca_file: string, cert_file: string, key_file: string },
}

/** The top of a file (services/server/config/config.go:46@v1.7.24, cmd/containerd/server/config/config.go:69@v2.1.9). */
export const FILE: Shape = {
  known: {
    ...{ root: string, state: string, temp: string, oom_score: integer },
    ...{ disabled_plugins: strings, required_plugins: strings, imports: strings },
    ...{ grpc: table, ttrpc: table, debug: table, metrics: table, cgroup: table },
    plugins: { each: table },
    timeouts: { each: duration },
    proxy_plugins: { each: { known: { type: string, address: string } } },
    stream_processors: { each: table },
  },
}

/**
 * The registry table of CRI (pkg/cri/config/config.go:90-175@v1.7.24, internal/cri/config/config.go:150-240@v2.1.9).
 * 2.x has no `tls` and ignores it.
 */
export function registryShape(major: number): Shape {
  const config = { known: { auth, ...(major < 2 && { tls: TLS }) } }
  return {
    known: {
      config_path: string,
      mirrors: { each: { known: { endpoint: strings } } },
      configs: { each: config },
      // containerd parses these names as URLs when it checks the section (pkg/cri/config/config.go:530@v1.7.24).
      auths: { each: auth, keys: url },
      headers: { each: strings },
    },
  }
}
