/** The flags that were given, as the options that commands read. */
import { milliseconds } from '../model/duration.ts'
import { Failure } from '../model/errors.ts'
import type { HealthOptions } from '../pipeline/known-health.ts'
import type { LockOptions } from '../pipeline/lock.ts'
import type { NodeOptions, Options } from '../pipeline/open.ts'
import type { PreflightOptions } from '../pipeline/preflight.ts'
import type { Choices } from '../targets/target.ts'
import type { WatchOptions } from './watch.ts'

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
export function listOptions(args: unknown): Options {
  const flags = args as Flags
  return {
    file: once('-f', flags.file),
    listFormat: flags['list-format'],
    allowFilesFrom: flags['allow-files-from'] ?? [],
    format: flags.format ?? 'text',
    ...nodeOptions(args),
  }
}

export function nodeOptions(args: unknown): NodeOptions {
  const { root, target } = args as Flags
  return { root: once('--root', root), target: target ?? [] }
}

export function lockOptions(args: {
  readonly 'lock-timeout'?: string | readonly string[] | undefined
}): LockOptions {
  return { lockTimeout: durationOf('--lock-timeout', once('--lock-timeout', args['lock-timeout']) ?? '') }
}

export function watchOptions(args: {
  readonly listen?: string | readonly string[] | undefined
  readonly 'log-format'?: string | undefined
  readonly 'on-exit': string
}): Pick<WatchOptions, 'listen' | 'logFormat' | 'onExit'> {
  return {
    listen: once('--listen', args.listen),
    logFormat: args['log-format'] as WatchOptions['logFormat'],
    onExit: args['on-exit'] as WatchOptions['onExit'],
  }
}

interface AskingFlags {
  readonly rank?: string | readonly string[] | undefined
  readonly 'require-healthy'?: boolean
  readonly wait?: string | readonly string[] | undefined
  readonly probe?: boolean | undefined
}

export function preflightOptions(
  args: AskingFlags,
): Pick<PreflightOptions, 'rank' | 'requireHealthy' | 'wait' | 'probe'> {
  const wait = once('--wait', args.wait)
  const requireHealthy = args['require-healthy'] ?? false
  if (wait !== undefined && !requireHealthy) {
    const hint = 'add --require-healthy, or leave it out'
    throw new Failure('usage', [{ message: '--wait has nothing to wait for', hint }])
  }
  const asks = args.rank !== undefined ? '--rank' : requireHealthy ? '--require-healthy' : undefined
  if (args.probe === false && asks !== undefined) {
    const hint = 'leave out one of them'
    throw new Failure('usage', [{ message: `${asks} asks the mirrors, and --no-probe forbids that`, hint }])
  }
  return {
    probe: args.probe,
    rank: args.rank === '' ? 'latency' : rankOf(once('--rank', args.rank)),
    requireHealthy,
    wait: wait && durationOf('--wait', wait),
  }
}

function rankOf(text: string | undefined): PreflightOptions['rank'] {
  if (text === undefined || text === 'latency' || text === 'throughput') return text
  throw new Failure('usage', [
    { message: `--rank ${text} is not known`, hint: 'rank by latency or throughput' },
  ])
}

function durationOf(flag: string, text: string): string {
  if (Number.isFinite(milliseconds(text))) return text
  throw new Failure('usage', [
    {
      message: `${flag} ${text} is not a duration`,
      hint: 'write one number and one of ms, s, m, h, such as 30s',
    },
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

export function planOptions(args: {
  readonly 'take-over': boolean
  readonly declared?: boolean
}): Choices & HealthOptions {
  return { takeOver: args['take-over'], declared: args.declared ?? false }
}
