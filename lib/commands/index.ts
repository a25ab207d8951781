/** The table of commands, in the order of the help. What a command runs is loaded when it is called. */
import { type AnyCommand, type Context, command } from './command.ts'
import { explainFlags } from './explain-flags.ts'
import {
  applyFlags,
  completionFlags,
  doctorFlags,
  importFlags,
  planFlags,
  restoreFlags,
  validateFlags,
  watchFlags,
} from './flags.ts'
import { initFlags } from './init-flags.ts'
import { LIST_ONLY, probeFlags, URL_ONLY } from './probe-flags.ts'

/** The table of runtimes, for the commands that need it. */
export const loadTargets: Context['targets'] = async () => (await import('../targets/index.ts')).targets

export const commands: readonly AnyCommand[] = [
  command({
    name: 'init',
    summary: 'write a starter list or a template',
    flags: initFlags,
    examples: [
      ['-o mirrors.toml', 'write a list to this file'],
      ['--preset harbor', 'print a list for Harbor proxy projects'],
      ['--detect -o mirrors.toml', 'write a list for every runtime of this machine'],
      ['--list', 'list the starter lists and the templates'],
    ],
    load: async () => (await import('./init.ts')).init,
  }),
  command({
    name: 'import',
    summary: 'write a list from what this node has today',
    flags: importFlags,
    examples: [
      ['', 'print a list of the mirrors that this node uses'],
      ['--from hosts.toml', 'print a list of what a file says'],
      ['-o mirrors.toml', 'write it, with its certificates and secrets beside it'],
    ],
    load: async () => (await import('./import.ts')).importMirrors,
  }),
  command({
    name: 'validate',
    summary: 'check the mirror list',
    flags: validateFlags,
    examples: [['-f mirrors.toml', 'check a list before you roll it out']],
    load: async () => (await import('./validate.ts')).validate,
  }),
  command({
    name: 'plan',
    summary: 'show what would change on this node',
    flags: planFlags,
    examples: [
      ['', 'show how this node differs from the list'],
      ['--root /mnt --check', 'check a mounted image'],
      ['--migrate', 'show a node without registry.mirrors, with its endpoints before and after'],
    ],
    load: async () => (await import('./plan.ts')).plan,
  }),
  command({
    name: 'apply',
    summary: 'apply the list to this node, then probe the mirrors',
    flags: applyFlags,
    examples: [
      ['-f mirrors.toml', 'write the files of this node and probe the mirrors'],
      ['--root /mnt/image', 'prepare an image, without a daemon or a network'],
      ['--migrate --restart', 'replace registry.mirrors; undo everything if CRI does not respond'],
    ],
    load: async () => (await import('./apply.ts')).apply,
  }),
  command({
    name: 'probe',
    summary: 'check mirror health and latency',
    flags: probeFlags,
    groups: [
      ['Without a list (URLs or --preset)', ['preset', ...URL_ONLY]],
      ['With a list', LIST_ONLY],
    ],
    examples: [
      ['-f mirrors.toml', 'probe every mirror and server of the list'],
      ['--depth blob', 'pull a small image through every mirror and measure it'],
      ['mirror.example.com', 'probe mirrors of docker.io, without a list'],
      ['--preset china', 'compare public mirrors, fastest first'],
    ],
    load: async () => (await import('./probe.ts')).probe,
  }),
  command({
    name: 'explain',
    summary: 'show which endpoints a pull of an image uses',
    flags: explainFlags,
    examples: [
      ['busybox', 'show the endpoints of docker.io/library/busybox:latest in order'],
      ['busybox --probe', 'request the image at each of them'],
      ['busybox --root /mnt', 'explain it for a mounted image'],
    ],
    load: async () => (await import('./explain.ts')).explain,
  }),
  command({
    name: 'doctor',
    summary: 'find out why a mirror is not used',
    flags: doctorFlags,
    examples: [
      ['', 'check the files and the daemon of this node'],
      ['--fix', 'correct what can be corrected safely'],
      ['--root /mnt', 'check a mounted image'],
    ],
    load: async () => (await import('./doctor.ts')).doctor,
  }),
  command({
    name: 'watch',
    summary: 'keep the node up to date as mirrors fail and recover',
    flags: watchFlags,
    examples: [
      ['--listen 127.0.0.1:9464', 'run with a status page and /metrics'],
      ['--on-exit declared', 'write every mirror of the list on exit'],
    ],
    load: async () => (await import('./watch.ts')).watch,
  }),
  command({
    name: 'restore',
    summary: 'undo everything regmirror changed on this node',
    flags: restoreFlags,
    examples: [
      ['--check', 'show what would be undone'],
      ['', 'undo all changes of regmirror'],
    ],
    load: async () => (await import('./restore.ts')).restore,
  }),
  command({
    name: 'completion',
    summary: 'print the completion script of a shell',
    flags: completionFlags,
    examples: [['bash', 'print it for bash; its output is for source, or for a file']],
    load: async () => (await import('./completion.ts')).completion,
  }),
]
