/** A list that a command makes of its arguments. */
import path from 'node:path'
import type { MirrorList } from '../model/registry.ts'
import type { KnownTargets } from '../model/target-settings.ts'
import type { Reader } from '../system/reader.ts'
import { completeList, type ParsedList } from './complete-list.ts'
import { hostScope } from './reference-scope.ts'
import type { WrittenList } from './written.ts'

export interface MadeListOptions {
  /** Directories of the files that the list names. */
  readonly allowFilesFrom: readonly string[]
  /** Those of default lists, which are allowed too. */
  readonly directories: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly uid: number
  readonly now: number
  readonly targets: KnownTargets
  /** Reports problems by the arguments that they come from. */
  readonly failure: ParsedList['failure']
}

/** Checks and completes it; relative paths start from the working directory. Throws the failure of every problem. */
export async function completeMadeList(
  list: WrittenList,
  host: Reader,
  options: MadeListOptions,
): Promise<MirrorList> {
  const scope = hostScope(host, path.resolve('.'), options)
  const parsed: ParsedList = {
    value: list,
    format: 'toml',
    file: '',
    path: undefined,
    // Notices about its keys are for a list that is kept.
    place: () => ({ file: '', line: 0, column: 0 }),
    failure: options.failure,
  }
  return (await completeList(parsed, scope, host, options)).list
}
