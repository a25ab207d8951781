/**
 * The programs that tools/debian/fetch.sh unpacks, and whether this machine can run them.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const CACHE = path.resolve(import.meta.dirname, '../../../.cache/debian')

/** Debian suites by the containerd that they have; the newest one changes with sid. */
export const generations = [
  { title: 'containerd 1.6', suite: 'bookworm' },
  { title: 'containerd 1.7', suite: 'trixie' },
  { title: 'containerd 2.1 or newer', suite: 'sid' },
] as const

/** The unpacked tree of a package, which can be the root of a chroot. */
export function treeOf(name: string): string {
  return path.join(CACHE, name)
}

/** The launcher of a program, which starts it in place. */
export function launcher(name: string, program: string): string {
  return path.join(treeOf(name), 'launch', program)
}

/** The version of the binary, such as `1.7.24`. */
export function containerdVersion(tree: string): string {
  const text = execFileSync(path.join(tree, 'launch/containerd'), ['--version'], { encoding: 'utf8' })
  const [version] = /\d+\.\d+\.\d+/.exec(text) ?? []
  if (version === undefined) throw new Error(`no version in: ${text}`)
  return version
}

/** The output of `containerd config default`. */
export function defaultConfig(tree: string): string {
  return execFileSync(path.join(tree, 'launch/containerd'), ['config', 'default'], { encoding: 'utf8' })
}

/**
 * For a `before` hook: skips the suite where it cannot run, and prints why. With CI=true it fails instead, so that a green
 * run means that everything ran.
 */
export function needRuntime(context: Mocha.Context, name: string, needsRoot: boolean): void {
  const reason = missing(name, needsRoot)
  if (reason !== undefined) skip(context, reason)
}

/** The same for a suite that needs a mount namespace but no runtime. */
export function needMounts(context: Mocha.Context): void {
  if (process.getuid?.() !== 0) skip(context, 'a mount namespace needs root')
  if (!mayMount()) skip(context, NO_MOUNTS)
}

/** Skips, and prints why; with CI=true it fails. */
export function skip(context: Mocha.Context, reason: string): void {
  if (process.env.CI === 'true') throw new Error(reason)
  console.error(`    skipped: ${reason}`)
  context.skip()
}

const NO_MOUNTS = 'root may not create a mount namespace here'

function missing(name: string, needsRoot: boolean): string | undefined {
  if (!fs.existsSync(treeOf(name))) return `${name} is missing: run sh tools/debian/fetch.sh`
  if (needsRoot && process.getuid?.() !== 0) return 'a container daemon needs root'
  if (needsRoot && !mayMount()) return NO_MOUNTS
  return undefined
}

function mayMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
