/** The directories of a user who runs runtimes without root, by the environment. Pure. */
import { isRefused, type Refused } from './refused.ts'

/** Absolute paths, without a slash at the end. */
export interface RootlessUser {
  readonly home: string
  /** $XDG_CONFIG_HOME, else `~/.config`. */
  readonly configHome: string
  /** $XDG_DATA_HOME, else `~/.local/share`. */
  readonly dataHome: string
  /** $XDG_STATE_HOME, else `~/.local/state`. */
  readonly stateHome: string
  /** $XDG_RUNTIME_DIR, where it is set. */
  readonly runtimeDirectory?: string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * XDG Base Directory Specification 0.8: an empty variable counts as unset, and a relative path is invalid. It has programs
 * ignore such a path; runtimes do not (ConfigHome in containers/storage pkg/homedir/homedir_unix.go:87@0285387), so it is refused.
 */
export function findRootlessUser(env: Environment): RootlessUser | Refused {
  const home = directoryIn(env, 'HOME')
  if (home === undefined) return { message: 'HOME is not set', hint: SET_HOME }
  if (isRefused(home)) return home
  const found = {
    configHome: directoryIn(env, 'XDG_CONFIG_HOME'),
    dataHome: directoryIn(env, 'XDG_DATA_HOME'),
    stateHome: directoryIn(env, 'XDG_STATE_HOME'),
    runtimeDirectory: directoryIn(env, 'XDG_RUNTIME_DIR'),
  }
  const refused = Object.values(found).find(one => one !== undefined && isRefused(one))
  if (refused !== undefined && isRefused(refused)) return refused
  const at = (name: keyof typeof found, below: string) => pathOf(found[name]) ?? `${home.path}/${below}`
  const runtimeDirectory = pathOf(found.runtimeDirectory)
  return {
    home: home.path,
    configHome: at('configHome', '.config'),
    dataHome: at('dataHome', '.local/share'),
    stateHome: at('stateHome', '.local/state'),
    ...(runtimeDirectory !== undefined && { runtimeDirectory }),
  }
}

const SET_HOME = 'set HOME to the home directory of this user'

interface Directory {
  readonly path: string
}

function pathOf(found: Directory | Refused | undefined): string | undefined {
  return found === undefined || isRefused(found) ? undefined : found.path
}

function directoryIn(env: Environment, name: string): Directory | Refused | undefined {
  const value = env[name] ?? ''
  if (value === '') return undefined
  const path = value.replace(/\/+/g, '/').replace(/(.)\/$/, '$1')
  const remedy = name === 'HOME' ? SET_HOME : `set it to an absolute path, or unset ${name}`
  if (!path.startsWith('/') || hasDots(path))
    return { message: `${name} is not an absolute path without "." and ".."`, hint: remedy }
  if (path === '/' || hasControl(path))
    return { message: `${name} cannot be the directory of a user`, hint: remedy }
  return { path }
}

function hasDots(path: string): boolean {
  return path.split('/').some(step => step === '.' || step === '..')
}

function hasControl(path: string): boolean {
  return /[\0-\x1f\x7f]/.test(path)
}
