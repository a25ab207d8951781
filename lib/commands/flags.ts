/** The flags that every command takes, as data for the command line and as the options that commands read. */
import { milliseconds } from '../duration.ts'
import { Failure } from '../errors.ts'
import type { AskingOptions } from './asking.ts'
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

/** How mirrors are asked. */
export const probeFlags = {
  depth: {
    choices: ['ping', 'manifest', 'blob'],
    describe: 'ask for /v2/ alone (default), for the canary too, or also for a layer of it',
  },
  samples: { type: 'number', default: 3, requiresArg: true, describe: 'exchanges to measure, 1 to 20' },
} as const

/** Asking the mirrors before anything is planned. */
export const rankFlag = {
  rank: {
    type: 'string',
    describe:
      'ask the mirrors, and list those first that are clearly better: latency (default) or throughput',
  },
} as const

/** Asking them before anything is written. */
export const gateFlags = {
  'require-healthy': {
    type: 'boolean',
    default: false,
    describe: 'write nothing and exit 1 unless every registry has something healthy',
  },
  wait: { ...oneText, describe: 'how long to wait for that' },
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
  return { lockTimeout: durationOf('--lock-timeout', once('--lock-timeout', args['lock-timeout']) ?? '') }
}

interface AskingFlags {
  readonly rank?: string | readonly string[] | undefined
  readonly 'require-healthy'?: boolean
  readonly wait?: string | readonly string[] | undefined
}

export function askingOf(args: AskingFlags): Pick<AskingOptions, 'rank' | 'requireHealthy' | 'wait'> {
  const wait = once('--wait', args.wait)
  const requireHealthy = args['require-healthy'] ?? false
  if (wait !== undefined && !requireHealthy) {
    const hint = 'add --require-healthy, or leave it out'
    throw new Failure('usage', [{ message: '--wait has nothing to wait for', hint }])
  }
  return {
    rank: args.rank === '' ? 'latency' : rankOf(once('--rank', args.rank)),
    requireHealthy,
    wait: wait && durationOf('--wait', wait),
  }
}

function rankOf(text: string | undefined): AskingOptions['rank'] {
  if (text === undefined || text === 'latency' || text === 'throughput') return text
  throw new Failure('usage', [
    { message: `--rank ${text} is not known`, hint: 'rank by latency or throughput' },
  ])
}

function durationOf(flag: string, text: string): string {
  if (Number.isFinite(milliseconds(text))) return text
  throw new Failure('usage', [
    { message: `${flag} ${text} is not a duration`, hint: 'write it as 500ms, 30s or 5m' },
  ])
}

export function samplesOf(samples: number | readonly number[]): number {
  if (typeof samples === 'number' && Number.isInteger(samples) && samples >= 1 && samples <= 20)
    return samples
  throw new Failure('usage', [
    { message: '--samples must be a whole number from 1 to 20', hint: 'leave it out for 3' },
  ])
}

/** yargs makes a list of what is given twice, and an unset variable of a script makes an empty text. */
function once(flag: string, value: string | readonly string[] | undefined): string | undefined {
  if (value === '') throw new Failure('usage', [{ message: `${flag} is empty`, hint: 'name one' }])
  if (value === undefined || typeof value === 'string') return value
  throw new Failure('usage', [{ message: `${flag} is given twice`, hint: 'name one' }])
}
