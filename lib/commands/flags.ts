/** The flags of each command, as data. */
import {
  choice,
  choiceOrBare,
  choiceWithDefault,
  duration,
  durationWithDefault,
  optionalToggle,
  text,
  texts,
  textWithDefault,
  toggle,
  type ValuesOf,
  wholeNumber,
} from './flag-types.ts'

/** Which node, and what of it. */
const nodeFlags = {
  root: text({ help: 'use the tree below this directory as /, and do not run containerd' }),
  target: texts('use only this runtime, such as containerd'),
}

/** Which list, and which node. */
const listFlags = {
  file: text({
    help: 'mirror list, - for stdin',
    alias: 'f',
    default: '/etc/regmirror/mirrors.{toml,yaml,yml,json}',
  }),
  listFormat: choice(['toml', 'yaml', 'json'], { help: 'list format', default: 'by extension' }),
  allowFilesFrom: texts('also allow certificate and header files in this directory'),
  ...nodeFlags,
}

const takeOver = toggle('take over files that another program manages')

const planningFlags = {
  ...listFlags,
  rank: choiceOrBare(['latency', 'throughput'], 'probe, then order the mirrors by', 'latency'),
  declared: toggle('also use mirrors that watch marked unhealthy'),
  takeOver,
}

/** Longer than a run takes. */
const LOCK_TIMEOUT = '60s'
/** A watcher tries again, and has mirrors to probe meanwhile. */
const WATCH_LOCK_TIMEOUT = '5s'

function lockTimeout(fallback: string) {
  return durationWithDefault('how long to wait for another regmirror process that writes', fallback)
}

const format = choiceWithDefault(['text', 'json'], 'output format', 'text')

export const initFlags = {
  preset: textWithDefault('starter list: starter, air-gapped, daocloud, harbor or in-cluster', 'starter'),
  output: text({ help: 'create this file instead of printing the list', alias: 'o' }),
  format,
}

export const validateFlags = { ...listFlags, strict: toggle('exit 1 if there is any notice'), format }

export const planFlags = { ...planningFlags, check: toggle('exit 1 if anything would change'), format }

const DEPTHS = ['ping', 'manifest', 'blob'] as const

export const applyFlags = {
  ...planningFlags,
  lockTimeout: lockTimeout(LOCK_TIMEOUT),
  requireHealthy: toggle('write nothing and exit 1 unless every registry is healthy'),
  wait: duration({ help: 'how long --require-healthy waits', default: '0s' }),
  probe: optionalToggle({
    help: 'probe the mirrors after writing; disable it with --no-probe',
    default: 'on; off with --root',
  }),
  depth: choice(DEPTHS, {
    help: 'requests of each probe',
    default: 'depth of the list; manifest for --require-healthy',
  }),
  format,
}

export const probeFlags = {
  ...listFlags,
  depth: choice(DEPTHS, {
    help: 'requests of each probe',
    default: 'depth of the list',
  }),
  samples: wholeNumber('latency requests per endpoint', [1, 20], 3),
  format: choiceWithDefault(['text', 'json', 'prometheus'], 'output format', 'text'),
}

export const watchFlags = {
  ...listFlags,
  lockTimeout: lockTimeout(WATCH_LOCK_TIMEOUT),
  listen: text({
    help: 'serve a status page, /metrics, /healthz, /readyz and /livez at PORT (loopback), HOST:PORT or :PORT (every address)',
  }),
  logFormat: choice(['text', 'json'], {
    help: 'log format',
    default: 'text on a terminal, otherwise json',
  }),
  onExit: choiceWithDefault(
    ['keep', 'declared'],
    'on exit, write nothing or every mirror of the list',
    'keep',
  ),
  takeOver,
  format: choiceWithDefault(
    ['text', 'json'],
    'format of the error that ends watch; a json log has it as its last event',
    'text',
  ),
}

export const restoreFlags = {
  ...nodeFlags,
  file: texts('restore only this file of the node'),
  overwrite: toggle('also restore files that were changed outside regmirror'),
  check: toggle('write nothing and exit 1 if anything would change'),
  lockTimeout: lockTimeout(LOCK_TIMEOUT),
  format,
}

export type InitFlags = ValuesOf<typeof initFlags>
export type ValidateFlags = ValuesOf<typeof validateFlags>
export type PlanFlags = ValuesOf<typeof planFlags>
export type ApplyFlags = ValuesOf<typeof applyFlags>
export type ProbeFlags = ValuesOf<typeof probeFlags>
export type WatchFlags = ValuesOf<typeof watchFlags>
export type RestoreFlags = ValuesOf<typeof restoreFlags>
