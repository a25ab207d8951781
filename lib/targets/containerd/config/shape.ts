/** Which types containerd expects in config.toml: a value of another type stops it, with or without CRI. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { isGoDuration, isGoUrl } from '../go-values.ts'

/** What a value must be: a single value, a list or table of equal values, or a table with some known keys. */
export type Shape = Leaf | { readonly each: Shape; readonly keys?: Leaf } | { readonly known: Known }

interface Leaf {
  /** As in "is not <name>". */
  readonly name: string
  fits(value: unknown): boolean
}

type Known = Readonly<Record<string, Shape>>

/** A value that does not fit. */
export interface Misfit {
  readonly path: readonly string[]
  readonly message: string
}

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

/** Known keys count in upper case too. Keys that a person chose are not shown: they may contain a password. */
export function misfits(
  value: unknown,
  shape: Shape,
  path: readonly string[] = [],
  name = path.at(-1) ?? 'the file',
): readonly Misfit[] {
  if ('fits' in shape) return shape.fits(value) ? [] : [{ path, message: `${name} is not ${shape.name}` }]
  if (!isTable(value)) return [{ path, message: `${name} is not a table` }]
  return Object.entries(value).flatMap(([key, item]) => {
    const at = [...path, key]
    if ('known' in shape) return knownMisfits(item, shape.known, at)
    if (shape.keys?.fits(key) === false)
      return [{ path: at, message: `a name in ${name} is not ${shape.keys.name}` }]
    return misfits(item, shape.each, at, `an entry of ${name}`)
  })
}

function knownMisfits(item: unknown, known: Known, path: readonly string[]): readonly Misfit[] {
  const name = path.at(-1)?.toLowerCase() ?? ''
  const shape = Object.hasOwn(known, name) ? known[name] : undefined
  return shape === undefined ? [] : misfits(item, shape, path)
}
