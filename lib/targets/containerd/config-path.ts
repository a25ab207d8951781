/** Values of `config_path`: the directories they name, and values that are no path at all. Pure. */
import path from 'node:path'

/** `config_path` as containerd splits it (filepath.SplitList): each as it is seen from the root, where the daemon runs. */
export function directoriesOf(value: unknown): readonly string[] {
  if (typeof value !== 'string' || isPlaceholder(value)) return []
  const parts = value.split(':').filter(part => part !== '')
  return parts.map(part => path.posix.resolve('/', part))
}

/** Whether a `config_path` names directories from the root, in a way that nobody can have mistyped. */
export function isAbsolutePath(value: unknown): boolean {
  const isPlain = (part: string) => part.startsWith('/') && part.trim() === part
  return typeof value === 'string' && value.split(':').filter(Boolean).every(isPlain)
}

/** Whether a `config_path` names that one directory and nothing else, in any spelling that every containerd takes. */
export function namesOnly(value: unknown, directory: string): boolean {
  const absolute = typeof value === 'string' && value.startsWith('/') && !value.includes(':')
  return absolute && directoriesOf(value)[0] === directory
}

/**
 * What templates, shells and systemd leave for another program to fill in: `${SNAP_DATA}`, `$HOME`, `{{ dir }}`,
 * `{% if %}`, `%h`, `<dir>`, `@sysconfdir@`, and `~`. containerd expands none of them: it opens a directory of that name.
 */
const PLACEHOLDER = /\$[{(A-Za-z_]|\{[{%]|%[A-Za-z](?![A-Za-z\d])|%[({]|<[^<>]*>|@\w+@|^~|:~/

/** Whether a `config_path` waits for another program to fill it in, so that nobody can say which directory it means. */
export function isPlaceholder(value: unknown): boolean {
  return typeof value === 'string' && PLACEHOLDER.test(value)
}
