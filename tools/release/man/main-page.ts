/** regmirror(1): the commands and the files. Pure. */
import type { AnyCommand } from '../../../lib/commands/command.ts'
import { EXIT_STATUS } from './command-page.ts'
import {
  bold,
  escaped,
  example,
  italic,
  item,
  type Lines,
  paragraph,
  section,
  seeAlso,
  sentence,
  title,
} from './roff.ts'

export function mainPage(commands: readonly AnyCommand[], version: string, date: Date): string {
  const lines: Lines = [
    title('regmirror', 1, version, date),
    ...section('Name', [escaped('regmirror - declare registry mirrors once; every container node matches')]),
    ...section('Synopsis', [`${bold('regmirror')} ${italic('COMMAND')} [${italic('OPTION')}]...`]),
    ...section('Description', paragraph(DESCRIPTION)),
    ...section('Commands', commands.flatMap(commandItem)),
    ...section('Options', [
      ...item(`${bold('-h')}, ${bold('--help')}`, ['Show the help, also of a command.']),
      ...item(bold('--version'), ['Show the version.']),
    ]),
    ...EXIT_STATUS,
    ...section(
      'Files',
      FILES.flatMap(([file, what]) => item(italic(file), paragraph(what))),
    ),
    ...section(
      'Environment',
      ENVIRONMENT.flatMap(([name, what]) => item(bold(name), paragraph(what))),
    ),
    ...section('Examples', example(EXAMPLE)),
    ...seeAlso([
      ...commands.map(({ name }) => [`regmirror-${name}`, 1] as const),
      ['regmirror-list', 5],
      ['systemctl', 1],
    ]),
  ]
  return `${lines.join('\n')}\n`
}

function commandItem({ name, summary }: AnyCommand): Lines {
  return item(`.BR regmirror\\-${name} (1)`, paragraph(sentence(summary)))
}

const DESCRIPTION =
  'regmirror writes the mirror configuration of containerd from one list, checks that each mirror works, and removes mirrors while they fail. It manages whole files that start with its banner, and one value in config.toml. It changes no other byte, and restarts nothing.'

const FILES = [
  ['/etc/regmirror/mirrors.{toml,yaml,yml,json}', 'The list. Two of them at the same time are an error.'],
  ['/etc/containerd/certs.d', 'One directory for each registry, with hosts.toml and certificates.'],
  ['/etc/containerd/config.toml', 'regmirror sets config_path in it.'],
  [
    '/var/lib/regmirror',
    'Digests of written files, originals of replaced files, the health that watch knows.',
  ],
  ['~/.config/regmirror, ~/.local/state/regmirror', 'The list and the state of a user without root.'],
  ['/etc/regmirror/regmirror.env', 'Flags for the units of systemd.'],
] as const

const ENVIRONMENT = [
  ['NO_COLOR', 'Not empty: no colours.'],
  ['XDG_CONFIG_HOME, XDG_STATE_HOME', 'Of a user without root, in place of ~/.config and ~/.local/state.'],
  ['SSL_CERT_FILE, SSL_CERT_DIR', 'Where the CAs of the system are read from.'],
] as const

const EXAMPLE = `regmirror init -o /etc/regmirror/mirrors.toml
regmirror validate
regmirror plan
regmirror apply
regmirror watch
`
