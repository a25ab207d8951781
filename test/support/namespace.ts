/** Runs the command in its own namespaces: other mounts, other users. */
import { execFileSync, spawnSync } from 'node:child_process'
import { FROM_SOURCE, shellWords } from './program.ts'

/** Runs a script of bash in new namespaces, in a directory; `regmirror` is the command from source. Returns all output. */
export function inNamespace(flags: readonly string[], cwd: string, script: string): string {
  const text = `exec 2>&1; regmirror() { ${shellWords(FROM_SOURCE)} "$@"; }\n${script}`
  return execFileSync('unshare', [...flags, 'bash', '-c', text], { cwd, encoding: 'utf8' })
}

/** Skips a test where new namespaces are not allowed, as in most containers. */
export function needNamespaces(context: Mocha.Context): void {
  needRoot(context)
  if (spawnSync('unshare', ['-m', '-U', '-r', 'true']).status !== 0) context.skip()
}

/** Skips a test that needs root and Linux. */
export function needRoot(context: Mocha.Context): void {
  if (process.geteuid?.() !== 0 || process.platform !== 'linux') context.skip()
}
