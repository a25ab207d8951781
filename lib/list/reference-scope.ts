/** What a list may refer to, by where it lies. */
import path from 'node:path'
import type { Reader } from '../system/reader.ts'
import { directoriesInside } from './inside-root.ts'
import type { ReferenceScope } from './referenced-file.ts'

interface ScopeOptions {
  readonly allowFilesFrom: readonly string[]
  /** The directories of default lists: a list may refer to the files in them. */
  readonly directories: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly uid: number
}

/** For a list in `directory` of the host. */
export function hostScope(
  host: Reader,
  directory: string,
  { allowFilesFrom, directories, env, uid }: ScopeOptions,
): ReferenceScope {
  const credentials = env.CREDENTIALS_DIRECTORY ? [env.CREDENTIALS_DIRECTORY] : []
  const allowed = allowedFrom(directory, [...directories, ...credentials, ...allowFilesFrom])
  return { files: host, directory, lists: directories, allowed, asRoot: uid === 0, env }
}

/** For a list inside `--root`, in `directory` as seen from there: it reads nothing outside. */
export async function rootScope(
  node: Reader,
  host: Reader,
  directory: string,
  { allowFilesFrom, directories, uid }: ScopeOptions,
): Promise<ReferenceScope> {
  const more = await directoriesInside(node, host, allowFilesFrom)
  // Also where the list lies right below the root: that root is all that it can read.
  const allowed = [directory, ...allowedFrom(directory, [...directories, ...more])]
  return { files: node, directory, lists: directories, allowed, asRoot: uid === 0, env: undefined }
}

/** A list right below `/` must not have access to the whole machine. */
function allowedFrom(directory: string, more: readonly string[]): readonly string[] {
  const beside = directory === '/' ? [] : [directory]
  return [...beside, ...more].map(name => path.resolve(name))
}
