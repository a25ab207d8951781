/** The command as it is published: the bundle in `dist`. */
import { execFileSync } from 'node:child_process'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../../..')

/** Specs run at the same time and a build replaces `dist`, so a whole test run builds it once, before them. */
export function needBuilt(): void {
  if (process.env.REGMIRROR_BUILT !== undefined) return
  execFileSync(process.execPath, ['tools/build.ts'], { cwd: ROOT })
}
