/** The completion for fish. Pure. */
import { type CommandWords, type FlagWords, HELP, type Value, VERSION } from './words.ts'

export function fishCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name).join(' ')
  const first = `not __fish_seen_subcommand_from ${names}`
  const lines = [
    '# fish completion for regmirror',
    'complete -c regmirror -f',
    ...commands.map(({ name, summary }) => line(first, `-a ${name} -d ${quoted(summary)}`)),
    ...[HELP, VERSION].map(flag => line(first, optionOf(flag))),
    ...commands.flatMap(ownLines),
  ]
  return `${lines.join('\n')}\n`
}

function ownLines({ name, flags, operands }: CommandWords): readonly string[] {
  const words = operands.length === 0 ? [] : [`-a '${operands.join(' ')}'`]
  const options = [...flags, HELP].map(optionOf)
  return [...options, ...words].map(what => line(`__fish_seen_subcommand_from ${name}`, what))
}

function line(condition: string, what: string): string {
  return `complete -c regmirror -n '${condition}' ${what}`
}

function optionOf({ name, alias, help, value, bare }: FlagWords): string {
  const short = alias === undefined ? '' : `-s ${alias} `
  return `${short}-l ${name} ${valueWords(value, bare)}-d ${quoted(help)}`
}

function valueWords(value: Value, bare: boolean): string {
  if (value === 'none') return ''
  if (value === 'file') return '-r -F '
  if (value === 'directory') return "-x -a '(__fish_complete_directories)' "
  if (value === 'text') return '-x '
  return `${bare ? '-f' : '-x'} -a '${value.join(' ')}' `
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
