/**
 * Runs a playbook with Debian's Ansible and the collection of this project, without any settings of this machine or user.
 */
import { type ChildProcess, execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { launcher, treeOf } from './runtimes.ts'

/** The current Ansible of Debian: the tree of ansible-lint has it too. */
export const ANSIBLE = 'ansible-lint-trixie'

/** The oldest supported release of Ansible, and the current one of Debian. */
export const ansibles = [
  { title: 'Ansible 2.14', suite: 'bookworm', tree: 'ansible-core-bookworm' },
  { title: 'Ansible 2.19', suite: 'trixie', tree: ANSIBLE },
] as const

const COMPILED = path.resolve(import.meta.dirname, '../../../.cache/python')

/** The collection of this project. */
export const COLLECTION = path.resolve(import.meta.dirname, '../../../templates/ansible')

export interface Task {
  /** The name of its play. */
  readonly play: string
  /** The name of the task, after that of its role. A handler is a task too. */
  readonly name: string
  readonly status: 'ok' | 'changed' | 'failed' | 'ignored' | 'skipped' | 'unreachable'
  /** What the module returned: `stdout`, `rc`, `diff`, `msg` and more, depending on the module. */
  readonly result: Readonly<Record<string, unknown>>
}

export interface Played {
  /** 0: all tasks succeeded; 2: one failed; other codes: the playbook did not run. */
  readonly code: number
  /** The tasks in the order in which they ran; empty when the playbook could not be read. */
  readonly tasks: readonly Task[]
  readonly stdout: string
  readonly stderr: string
}

export interface Play {
  /** Path of the playbook. */
  readonly playbook: string
  /** An empty directory for everything that Ansible writes. */
  readonly home: string
  /** The tree with Ansible; by default the current one. */
  readonly tree?: string
  /** Extra variables, which win over all others. */
  readonly vars?: Readonly<Record<string, unknown>>
  readonly check?: boolean
  readonly diff?: boolean
  /** For the modules, in addition to the PATH of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** Settings of Ansible that win over those of the tests. */
  readonly settings?: Readonly<Record<string, string>>
  /** How many times `-v`. */
  readonly verbosity?: number
  /** A program and its arguments that start Ansible. */
  readonly within?: readonly string[]
  /** Called with the process once it has started, for tests that interrupt it. */
  readonly onStart?: (child: ChildProcess) => void
}

/** Runs a playbook on the host `localhost`, unless the variables say another, with a local connection and as the user of the tests. */
export async function play(how: Play): Promise<Played> {
  const { playbook, home, vars, check, diff, settings = {}, verbosity = 0, within = [] } = how
  const python = launcher(how.tree ?? ANSIBLE, 'python3')
  const config = path.join(home, 'ansible.cfg')
  await linkCollection(home)
  await fs.writeFile(config, settingsText(home, settings))
  const own = { ansible_connection: 'local', ansible_python_interpreter: python, ansible_become: false }
  const args = ['--inventory', 'localhost,', '--extra-vars', JSON.stringify({ ...own, ...vars })]
  if (check) args.push('--check')
  if (diff) args.push('--diff')
  if (verbosity > 0) args.push(`-${'v'.repeat(verbosity)}`)
  const environment = { ...environmentOf(home), ANSIBLE_CONFIG: config, ...how.env }
  return await run(
    [...within, ...ansible('ansible-playbook', how.tree), ...args, playbook],
    environment,
    how.onStart,
  )
}

/** The words that start a program of Ansible. */
export function ansible(program: string, tree: string = ANSIBLE): readonly string[] {
  return [launcher(tree, 'python3'), path.join(treeOf(tree), 'usr/bin', program)]
}

/** The environment of Ansible, with nothing of the user's. */
export function environmentOf(home: string): Readonly<Record<string, string | undefined>> {
  // Compiled Python is kept for all runs, but not beside the sources of the collection.
  return { PATH: process.env.PATH, HOME: home, LC_ALL: 'C.UTF-8', PYTHONPYCACHEPREFIX: COMPILED }
}

/** The collection as Ansible finds it. */
async function linkCollection(home: string): Promise<void> {
  const place = path.join(home, 'collections/ansible_collections/regmirror')
  await fs.mkdir(place, { recursive: true })
  await fs.symlink(COLLECTION, path.join(place, 'node')).catch(() => {})
}

function settingsText(home: string, more: Readonly<Record<string, string>>): string {
  const settings = {
    home,
    local_tmp: `${home}/tmp`,
    remote_tmp: `${home}/tmp`,
    collections_path: `${home}/collections`,
    callback_plugins: path.join(import.meta.dirname, 'ansible'),
    stdout_callback: 'results',
    nocows: 'true',
    localhost_warning: 'false',
    ...more,
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`)
  return `[defaults]\n${lines.join('')}`
}

function run(
  [file = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  onStart: Play['onStart'],
): Promise<Played> {
  return new Promise(resolve => {
    const options = { env, timeout: 580_000, maxBuffer: 64 * 1024 * 1024 }
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? -1)
      resolve({ code, tasks: tasksOf(stdout), stdout, stderr })
    })
    onStart?.(child)
  })
}

/** The last line of the output, if the playbook got that far. */
function tasksOf(stdout: string): readonly Task[] {
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  return last.startsWith('[') ? JSON.parse(last) : []
}
