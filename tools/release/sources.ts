/** What a release is made of: the files of the project, and its time. Git knows both; an unpacked archive has no git. */
import { execFileSync } from 'node:child_process'
import { globSync, lstatSync, statSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')

/** What programs leave behind in a checkout. */
const LEFT_BEHIND = [
  '**/__pycache__/**',
  '.cache/**',
  '.git/**',
  'build/**',
  'dist/**',
  '**/node_modules/**',
  'release/**',
]

/** The files below a folder of the project, relative to it. */
export function sourceFiles(folder: string): readonly string[] {
  const names = git(['ls-files', '-z'], folder)?.split('\0').filter(Boolean)
  return (
    names ??
    globSync(['**', '**/.*'], { cwd: folder, exclude: LEFT_BEHIND }).filter(
      name => !isDirectory(folder, name),
    )
  )
}

/** Seconds since 1970 of the commit, so that a build has the same bytes as another one of it. */
export function releaseTime(): number {
  const { SOURCE_DATE_EPOCH: given = git(['log', '-1', '--format=%ct'], root) } = process.env
  return given === undefined
    ? Math.floor(statSync(path.join(root, 'package.json')).mtimeMs / 1000)
    : Number(given)
}

/** Undefined where this is no checkout, or git does not work here. */
function git(args: readonly string[], cwd: string): string | undefined {
  try {
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return undefined
  }
}

/** A link counts as a file, as it does in git. */
function isDirectory(folder: string, name: string): boolean {
  return lstatSync(path.join(folder, name)).isDirectory()
}
