/** The flags of each command, as data. */
import { activationFlags } from './activation-flags.ts'
import { SHELLS } from './completion/shells.ts'
import {
  choice,
  choiceOrBare,
  choiceWithDefault,
  duration,
  durationWithDefault,
  operands,
  optionalToggle,
  text,
  texts,
  toggle,
  type ValuesOf,
} from './flag-types.ts'

/** Which node, and what of it. */
const nodeFlags = {
  root: text({
    help: 'use the tree below this directory as /, and do not run containerd',
    kind: 'directory',
  }),
  target: texts('use only this runtime, such as containerd', 'runtime'),
}

/** Which list, and which node. */
export const listFlags = {
  file: text({
    help: 'mirror list, - for stdin',
    alias: 'f',
    kind: 'file',
    default: '/etc/regmirror/mirrors.{toml,yaml,yml,json}; without root, first in ~/.config/regmirror',
  }),
  listFormat: choice(['toml', 'yaml', 'json'], { help: 'list format', default: 'by extension' }),
  allowFilesFrom: texts('also allow certificate and header files in this directory', 'directory'),
  ...nodeFlags,
}

const takeOver = toggle('take over files that another program manages')

const migrate = choiceOrBare(
  ['tables', 'headers'],
  'remove older tables with mirrors from config.toml; headers: also credentials that the list has as headers',
  'tables',
)

const planningFlags = {
  ...listFlags,
  rank: choiceOrBare(['latency', 'throughput'], 'probe, then order the mirrors by', 'latency'),
  declared: toggle('also use mirrors that watch marked unhealthy'),
  takeOver,
  migrate,
}

/** Longer than a run takes. */
const LOCK_TIMEOUT = '60s'
/** A watcher tries again, and has mirrors to probe meanwhile. */
const WATCH_LOCK_TIMEOUT = '5s'

function lockTimeout(fallback: string) {
  return durationWithDefault('how long to wait for another regmirror process that writes', fallback)
}

export const format = choiceWithDefault(['text', 'json'], 'output format', 'text')

export const importFlags = {
  from: texts(
    'read this file instead of the node, - for stdin; also a script that writes such files',
    'file',
  ),
  fromFormat: choice(
    [
      'hosts.toml',
      'config.toml',
      'registries.yaml',
      'talos',
      'daemon.json',
      'registries.conf',
      'buildkitd.toml',
    ],
    { help: 'kind of these files', default: 'by content' },
  ),
  output: text({
    help: 'create this list, and the certificate and secret files that it names beside it',
    alias: 'o',
    kind: 'file',
  }),
  ...nodeFlags,
  format,
}

const losses = toggle('also show what each runtime can express of each registry')

export const validateFlags = {
  ...listFlags,
  losses,
  strict: toggle('exit 1 if there is any notice'),
  format,
}

export const planFlags = {
  ...planningFlags,
  check: toggle('exit 1 if anything would change'),
  losses,
  format,
}

export const DEPTHS = ['ping', 'manifest', 'blob'] as const

export const applyFlags = {
  ...planningFlags,
  lockTimeout: lockTimeout(LOCK_TIMEOUT),
  requireHealthy: choiceOrBare(
    ['registries', 'mirrors'],
    'write nothing and exit 1 unless pulls work for every registry; mirrors: through a mirror of it',
    'registries',
  ),
  wait: duration({ help: 'how long --require-healthy waits', default: '0s' }),
  ...activationFlags,
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

export const watchFlags = {
  ...listFlags,
  lockTimeout: lockTimeout(WATCH_LOCK_TIMEOUT),
  listen: text({
    help: 'serve a status page, /metrics, /healthz, /readyz and /livez at PORT (loopback), HOST:PORT or :PORT (every address)',
    kind: 'address',
  }),
  logFormat: choice(['text', 'json'], {
    help: 'log format',
    default: 'text on a terminal and in the journal, otherwise json',
  }),
  reload: optionalToggle({
    help: 'reload a runtime that must read its changed files; disable it with --no-reload',
    default: 'on; off with --root',
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
  file: texts('restore only this file of the node', 'file'),
  overwrite: toggle('also restore files that were changed outside regmirror'),
  check: toggle('write nothing and exit 1 if anything would change'),
  ...activationFlags,
  lockTimeout: lockTimeout(LOCK_TIMEOUT),
  format,
}

export const doctorFlags = {
  ...listFlags,
  fix: toggle('correct what can be corrected without another effect'),
  check: toggle('with --fix, write nothing and show what would change; exit 1 if anything would'),
  strict: toggle('exit 1 if there is any warning'),
  lockTimeout: lockTimeout(LOCK_TIMEOUT),
  format,
}

export const completionFlags = {
  shell: operands('shell to complete in (default: the name in $SHELL)', SHELLS),
}

export type CompletionFlags = ValuesOf<typeof completionFlags>
export type DoctorFlags = ValuesOf<typeof doctorFlags>
export type ImportFlags = ValuesOf<typeof importFlags>
export type ValidateFlags = ValuesOf<typeof validateFlags>
export type PlanFlags = ValuesOf<typeof planFlags>
export type ApplyFlags = ValuesOf<typeof applyFlags>
export type WatchFlags = ValuesOf<typeof watchFlags>
export type RestoreFlags = ValuesOf<typeof restoreFlags>
