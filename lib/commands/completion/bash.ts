/** The completion for bash, without the package bash-completion. Pure. */
import { type CommandWords, type FlagWords, HELP, type Value, VERSION } from './words.ts'

export function bashCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name)
  return `# bash completion for regmirror
_regmirror() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= index
  # To bash, --flag=value is three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index]} in
      ${names.join(' | ')})
        command=\${COMP_WORDS[index]}
        break
        ;;
    esac
  done
  COMPREPLY=()
  case "$command $previous" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case $command in
    '') _regmirror_words '${[...names, ...dashed([HELP, VERSION])].join(' ')}' ;;
${commands.map(flagCase).join('\n')}
  esac
}
_regmirror_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
}
_regmirror_names() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -A "$1" -- "$current")
}
complete -F _regmirror regmirror
`
}

/** What follows a flag of a command. */
function valueCases({ name, flags }: CommandWords): readonly string[] {
  const required = flags.filter(({ value, bare }) => value !== 'none' && !bare)
  const optional = flags.filter(({ bare }) => bare)
  return [
    ...required.map(flag => `    ${pattern(name, flag)}) ${complete(flag.value)}return ;;`),
    // The next flag may follow as well as the value.
    ...optional.map(
      flag => `    ${pattern(name, flag)}) [[ $current == -* ]] || { ${complete(flag.value)}return; } ;;`,
    ),
  ]
}

function pattern(command: string, { name, alias }: FlagWords): string {
  const spellings = [`--${name}`, ...(alias === undefined ? [] : [`-${alias}`])]
  return spellings.map(flag => `'${command} ${flag}'`).join(' | ')
}

function complete(value: Value): string {
  if (value === 'none' || value === 'text') return ''
  if (typeof value === 'string') return `_regmirror_names ${value}; `
  return `_regmirror_words '${value.join(' ')}'; `
}

function flagCase({ name, flags, operands }: CommandWords): string {
  return `    ${name}) _regmirror_words '${[...operands, ...dashed([...flags, HELP])].join(' ')}' ;;`
}

function dashed(flags: readonly FlagWords[]): readonly string[] {
  return flags.map(({ name }) => `--${name}`)
}
