/** The man page of a command. Pure. */
import type { AnyCommand } from '../../../lib/commands/command.ts'
import { flagItems, operandItems, operandSynopsis } from './flag-items.ts'
import {
  bold,
  escaped,
  italic,
  item,
  type Lines,
  paragraph,
  section,
  seeAlso,
  sentence,
  title,
} from './roff.ts'

export function commandPage(command: AnyCommand, version: string, date: Date): string {
  const { name, summary, flags } = command
  const lines: Lines = [
    title(`regmirror-${name}`, 1, version, date),
    ...section('Name', [`regmirror\\-${name} \\- ${escaped(summary)}`]),
    ...section('Synopsis', [
      `${bold(`regmirror ${name}`)} [${italic('OPTION')}]...${operandSynopsis(flags)}`,
    ]),
    ...section('Description', paragraph(sentence(summary))),
    ...section('Options', [
      ...operandItems(flags),
      ...flagItems(flags),
      ...item(`${bold('-h')}, ${bold('--help')}`, ['Show the help.']),
    ]),
    ...EXIT_STATUS,
    ...section(
      'Examples',
      command.examples.flatMap(([args, meaning]) => shown(name, args, meaning)),
    ),
    ...seeAlso([
      ['regmirror', 1],
      ['regmirror-list', 5],
    ]),
  ]
  return `${lines.join('\n')}\n`
}

function shown(name: string, args: string, meaning: string): Lines {
  return item(bold(`regmirror ${name} ${args}`.trimEnd()), paragraph(sentence(meaning)))
}

export const EXIT_STATUS = section('Exit status', [
  ...item('0', ['Done, or the check passed.']),
  ...item('1', [
    'The check failed: pending changes',
    '.RB ( "plan \\-\\-check" ,',
    '.BR "restore \\-\\-check" ),',
    'notices',
    '.RB ( "validate \\-\\-strict" ),',
    'an unhealthy registry',
    '.RB ( probe ,',
    '.BR "apply \\-\\-require\\-healthy" ).',
  ]),
  ...item('2', ['An error.']),
])
