/** A user without root, with a home directory of their own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { World } from '../../lib/model/world.ts'
import type { TargetTable } from '../../lib/targets/target.ts'
import { table } from '../targets/made-up/toy.ts'
import { type Ran, run } from './run.ts'
import { readTree, type Tree, withDirectory, writeTree } from './tree.ts'

/** The command with toy, as a program. */
const WITH_TOY = [process.execPath, path.join(import.meta.dirname, '../targets/made-up/program.ts')]

/** A number that no user of a machine has. */
const UID = 54321

export const isRoot = process.getuid?.() === 0

export interface Account {
  readonly uid: number
  readonly home: string
  /** The environment of its programs. */
  readonly env: Readonly<Record<string, string>>
  /** The path of a file in the home directory. */
  at(file: string): string
  /** Files of the home directory; without the state of regmirror and the list. */
  tree(): Promise<Tree>
  write(tree: Tree): Promise<void>
  /** Runs the command as this user, with these variables instead; undefined: the variable is not set. */
  run(args: readonly string[], env?: Variables): Promise<Ran>
  /** The same in this process, which takes less time: by the user id alone, with the rights of the tests. */
  runHere(args: readonly string[], env?: Variables, world?: Partial<World>): Promise<Ran>
}

type Variables = Readonly<Record<string, string | undefined>>

interface AccountOptions {
  /** The command of `run`; by default one that knows toy. */
  readonly program?: readonly string[]
  /** The runtimes of `runHere`; by default with toy. */
  readonly targets?: TargetTable
}

/** Where the tests run as root, the account is another user; else it is the user who runs them. */
export async function withAccount<T>(
  use: (account: Account) => Promise<T>,
  { program = WITH_TOY, targets = table }: AccountOptions = {},
): Promise<T> {
  return await withDirectory(async directory => {
    await fs.chmod(directory, 0o755)
    const home = path.join(directory, 'home')
    await fs.mkdir(home, { mode: 0o700 })
    const uid = isRoot ? UID : (process.getuid?.() ?? -1)
    if (isRoot) await fs.chown(home, uid, uid)
    return await use(accountAt(home, uid, program, targets))
  })
}

function accountAt(home: string, uid: number, program: readonly string[], targets: TargetTable): Account {
  const env = { PATH: process.env.PATH ?? '', HOME: home }
  const at = (file: string) => path.join(home, file)
  return {
    ...{ uid, home, env, at },
    tree: () => readTree(home, file => /^\/\.(local\/state|config\/regmirror)(\/|$)/.test(file)),
    write: async tree => {
      await writeTree(home, tree)
      if (isRoot) await giveTo(home, uid)
    },
    run: (args, more = {}) => runAs(uid, [...program, ...args], { ...env, ...more }),
    runHere: (args, more = {}, world = {}) =>
      run(args, { uid, env: { ...env, ...more }, ...world }, {}, async () => targets),
  }
}

/** Gives a tree to a user; links themselves, not what they lead to. */
async function giveTo(file: string, uid: number): Promise<void> {
  await fs.lchown(file, uid, uid)
  if (!(await fs.lstat(file)).isDirectory()) return
  for (const name of await fs.readdir(file)) await giveTo(path.join(file, name), uid)
}

/** Runs a program as a user. */
async function runAs(uid: number, [program = '', ...args]: readonly string[], env: Variables): Promise<Ran> {
  const child = spawn(program, args, {
    env: env as NodeJS.ProcessEnv,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(isRoot && { uid, gid: uid }),
  })
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)]
  const [code] = await once(child, 'close')
  return { code, stdout: stdout(), stderr: stderr() }
}

function textOf(stream: NodeJS.ReadableStream): () => string {
  const chunks: string[] = []
  stream.setEncoding('utf8').on('data', chunk => chunks.push(String(chunk)))
  return () => chunks.join('')
}
