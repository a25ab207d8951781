/** The flags that every command takes, as data for the command line and as the options that commands read. */
import type { Options } from './inputs.ts'

/** Which list, and which node. */
export const listFlags = {
  file: {
    alias: 'f',
    type: 'string',
    describe: 'the mirror list; - is stdin [/etc/regmirror/mirrors.toml]',
  },
  'list-format': {
    choices: ['toml', 'yaml', 'json'],
    describe: 'of a list without an extension',
  },
  'allow-files-from': {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    describe: 'another directory that certificates and headers may come from',
  },
  root: { type: 'string', describe: 'work on the tree below this directory and run nothing' },
  target: {
    type: 'string',
    array: true,
    nargs: 1,
    choices: ['containerd'],
    default: [] as string[],
    describe: 'only this runtime',
  },
} as const

export const formatFlag = {
  choices: ['text', 'json'],
  default: 'text',
  describe: 'of the answer on stdout',
} as const

/** The flags that every command shares, as yargs names them. */
interface Flags {
  readonly file?: string | undefined
  readonly 'list-format'?: Options['listFormat']
  readonly 'allow-files-from'?: readonly string[]
  readonly root?: string | undefined
  readonly target?: readonly string[]
  readonly format?: Options['format']
}

/** The shared flags out of everything that was parsed. */
export function optionsOf(args: unknown): Options {
  const flags = args as Flags
  return {
    file: flags.file,
    listFormat: flags['list-format'],
    allowFilesFrom: flags['allow-files-from'] ?? [],
    root: flags.root,
    format: flags.format ?? 'text',
    target: flags.target ?? [],
  }
}
