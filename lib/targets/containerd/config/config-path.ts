/** Values of `config_path`: their directories, and values that are no path. Pure. */
import path from 'node:path'

/** The directories as containerd splits them (filepath.SplitList); relative ones start at the root, where the daemon runs. */
export function directoriesOf(value: unknown): readonly string[] {
  if (typeof value !== 'string' || isPlaceholder(value)) return []
  const parts = value.split(':').filter(part => part !== '')
  return parts.map(part => path.posix.resolve('/', part))
}

/** Whether a `config_path` has only absolute directories, without a space at an end. */
export function isAbsolutePath(value: unknown): boolean {
  const isPlain = (part: string) => part.startsWith('/') && part.trim() === part
  return typeof value === 'string' && value.split(':').filter(Boolean).every(isPlain)
}

/** Whether a `config_path` names only that directory, in a spelling that every release accepts. */
export function namesOnly(value: unknown, directory: string): boolean {
  const absolute = typeof value === 'string' && value.startsWith('/') && !value.includes(':')
  return absolute && directoriesOf(value)[0] === directory
}

/**
 * Placeholders of templates, shells and systemd: `${SNAP_DATA}`, `$HOME`, `{{ dir }}`, `{% if %}`, `%h`, `<dir>`,
 * `@sysconfdir@`, and `~`. containerd expands none of them: it opens a directory of that name.
 */
const PLACEHOLDER = /\$[{(A-Za-z_]|\{[{%]|%[A-Za-z](?![A-Za-z\d])|%[({]|<[^<>]*>|@\w+@|^~|:~/

/** Whether another program has to fill in a `config_path`, so that its directory is not known. */
export function isPlaceholder(value: unknown): boolean {
  return typeof value === 'string' && PLACEHOLDER.test(value)
}
