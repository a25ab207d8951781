/** The completion for zsh, as a file of its function path and as a text to source. Pure. */
import { type CommandWords, type FlagWords, HELP, type Value, VERSION } from './words.ts'

export function zshCompletion(commands: readonly CommandWords[]): string {
  return `#compdef regmirror
_regmirror() {
  local curcontext=$curcontext state line
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  _arguments -C \\
${[HELP, VERSION].map(flag => `    ${argument(flag)} \\`).join('\n')}
    '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe -t commands command commands ;;
    argument)
      case $line[1] in
${commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
}
if [ "$funcstack[1]" = _regmirror ]; then
  _regmirror "$@"
else
  compdef _regmirror regmirror
fi
`
}

function commandCase({ name, flags, operands }: CommandWords): string {
  const words = operands.length === 0 ? [] : [quoted(`*:word:(${operands.join(' ')})`)]
  const lines = [...[...flags, HELP].map(argument), ...words].map(text => ` \\\n            ${text}`)
  return `        ${name})\n          _arguments${lines.join('')}\n          ;;`
}

/** A flag as _arguments reads it: what it excludes, its spellings, its help, its value. */
function argument(flag: FlagWords): string {
  const value = valueWords(flag)
  const equals = value === '' ? '' : flag.bare ? '=-' : '='
  const about = `[${flag.help.replace(/[[\]]/g, '\\$&')}]${value}`
  const long = `--${flag.name}${equals}`
  if (flag.alias === undefined) return quoted(`${flag.repeatable ? '*' : ''}${long}${about}`)
  const short = `-${flag.alias}${equals === '' ? '' : '+'}`
  return `'(-${flag.alias} --${flag.name})'{${short},${long}}${quoted(about)}`
}

function valueWords({ value, bare }: FlagWords): string {
  if (value === 'none') return ''
  return `${bare ? '::' : ':'}value:${actionOf(value)}`
}

function actionOf(value: Value): string {
  if (value === 'file') return '_files'
  if (value === 'directory') return '_files -/'
  return typeof value === 'string' ? ' ' : `(${value.join(' ')})`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
