/** Every man page of regmirror, from the table of commands and the schema of the list. Pure. */
import type { AnyCommand } from '../../../lib/commands/command.ts'
import { commandPage } from './command-page.ts'
import { listPage, type Schema } from './list-page.ts'
import { mainPage } from './main-page.ts'

export interface Page {
  /** `regmirror-plan.1`. */
  readonly name: string
  readonly section: 1 | 5
  readonly text: string
}

export interface Described {
  readonly commands: readonly AnyCommand[]
  readonly list: Schema
  readonly version: string
  readonly date: Date
}

export function manPages({ commands, list, version, date }: Described): readonly Page[] {
  return [
    { name: 'regmirror.1', section: 1, text: mainPage(commands, version, date) },
    ...commands.map(command => ({
      ...{ name: `regmirror-${command.name}.1`, section: 1 as const },
      text: commandPage(command, version, date),
    })),
    { name: 'regmirror-list.5', section: 5, text: listPage(list, version, date) },
  ]
}
