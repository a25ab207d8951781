/** The flags that every command takes, as data for the command line and as the options that commands read. */
import { milliseconds } from '../duration.ts'
import { Failure } from '../errors.ts'
import type { NodeOptions, Options } from './inputs.ts'
import type { WritingOptions } from './writing.ts'

/** A flag that takes one text and makes no sense twice. */
const oneText = { type: 'string', requiresArg: true } as const

/** A flag that may be given again and again. */
const manyTexts = { type: 'string', array: true, nargs: 1, default: [] as string[] } as const

/** Which node, and what of it. */
export const nodeFlags = {
  root: { ...oneText, describe: 'work on the tree below this directory and run nothing' },
  target: { ...manyTexts, choices: ['containerd'], describe: 'only this runtime' },
} as const

/** What of a node is put back. */
export const restoreFlags = {
  file: { ...manyTexts, describe: 'only this file of the node' },
  overwrite: {
    type: 'boolean',
    default: false,
    describe: 'also what somebody else has changed since',
  },
  check: { type: 'boolean', default: false, describe: 'only show it; exit 1 if anything would change' },
} as const

/** Which list, and which node. */
export const listFlags = {
  file: {
    alias: 'f',
    ...oneText,
    describe: 'the mirror list; - is stdin [/etc/regmirror/mirrors.toml]',
  },
  'list-format': {
    choices: ['toml', 'yaml', 'json'],
    describe: 'of a list without an extension',
  },
  'allow-files-from': {
    ...manyTexts,
    describe: 'another directory that certificates and headers may come from',
  },
  ...nodeFlags,
} as const

/** For commands that write to the node. */
export const writingFlags = {
  'lock-timeout': {
    ...oneText,
    default: '60s',
    describe: 'how long to wait for another regmirror that writes to this node',
  },
} as const

export const formatFlag = {
  choices: ['text', 'json'],
  default: 'text',
  describe: 'of the answer on stdout',
} as const

/** The flags that every command shares, as yargs names them. */
interface Flags {
  readonly file?: string | readonly string[] | undefined
  readonly 'list-format'?: Options['listFormat']
  readonly 'allow-files-from'?: readonly string[]
  readonly root?: string | readonly string[] | undefined
  readonly target?: readonly string[]
  readonly format?: Options['format']
}

/** The shared flags out of everything that was parsed. */
export function optionsOf(args: unknown): Options {
  const flags = args as Flags
  return {
    file: once('-f', flags.file),
    listFormat: flags['list-format'],
    allowFilesFrom: flags['allow-files-from'] ?? [],
    format: flags.format ?? 'text',
    ...nodeOf(args),
  }
}

export function nodeOf(args: unknown): NodeOptions {
  const { root, target } = args as Flags
  return { root: once('--root', root), target: target ?? [] }
}

export function writingOf(args: {
  readonly 'lock-timeout'?: string | readonly string[] | undefined
}): WritingOptions {
  const lockTimeout = once('--lock-timeout', args['lock-timeout']) ?? ''
  if (Number.isFinite(milliseconds(lockTimeout))) return { lockTimeout }
  const message = `--lock-timeout ${lockTimeout} is not a duration`
  throw new Failure('usage', [{ message, hint: 'write it as 500ms, 30s or 5m' }])
}

/** yargs makes a list of what is given twice, and an unset variable of a script makes an empty text. */
function once(flag: string, value: string | readonly string[] | undefined): string | undefined {
  if (value === '') throw new Failure('usage', [{ message: `${flag} is empty`, hint: 'name one' }])
  if (value === undefined || typeof value === 'string') return value
  throw new Failure('usage', [{ message: `${flag} is given twice`, hint: 'name one' }])
}
