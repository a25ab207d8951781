/** Runs commands on a node that holds secrets, and searches for each of them in the output and on the whole node. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Sink, World } from '../../lib/model/world.ts'
import { findLeaks, type Secret } from './leaks.ts'
import { takeSnapshot, withMemoryDirectory } from './node-snapshot.ts'
import { type Ran, run } from './run.ts'
import { type Tree, writeTree } from './tree.ts'

/** The output format, and the terminal that the output is written to. */
export interface OutputStyle {
  readonly args: readonly string[]
  readonly terminal?: Omit<Sink, 'write'>
}

export const TEXT: OutputStyle = { args: [] }

export const STYLES: Readonly<Record<string, OutputStyle>> = {
  'as text': TEXT,
  'in colours on a narrow terminal': { args: [], terminal: { isTTY: true, columns: 24 } },
  'as JSON': { args: ['--format', 'json'] },
}

export interface Setup {
  readonly node: Tree
  /** Beside the list. */
  readonly lists?: Tree
  readonly secrets: readonly Secret[]
  readonly env?: Readonly<Record<string, string>>
  /** Unmanaged files that hold a secret, and may be readable by other users. */
  readonly open?: readonly string[]
  readonly style?: OutputStyle
}

export interface SecretNode {
  readonly root: string
  readonly lists: string
  /** Runs a command on the node, and asserts this exit code and that no secret leaks. */
  readonly runCommand: (args: readonly string[], code: number, world?: Partial<World>) => Promise<Ran>
}

export async function withSecretNode(setup: Setup, use: (node: SecretNode) => Promise<void>): Promise<void> {
  const { secrets, env = {}, open = [], style = TEXT } = setup
  await withMemoryDirectory(async home => {
    const [root, lists] = [path.join(home, 'node'), path.join(home, 'lists')]
    await writeTree(root, { 'etc/': undefined, 'var/lib/': undefined, ...setup.node })
    await fs.mkdir(lists)
    await writeTree(lists, setup.lists ?? {})
    const runCommand: SecretNode['runCommand'] = async (args, code, world = {}) => {
      const where = args.includes('--root') || args[0] === 'init' ? [] : ['--root', root]
      const ran = await run([...args, ...where, ...style.args], { env, ...world }, style.terminal)
      assertNoLeaks(ran, args, secrets)
      assert.equal(ran.code, code, `${args.join(' ')}: ${ran.stdout}${ran.stderr}`)
      await assertSecretsPrivate(root, secrets, open)
      return ran
    }
    await use({ root, lists, runCommand })
  })
}

/** Asserts that neither stream leaks a secret. */
export function assertNoLeaks(
  { stdout, stderr }: Ran,
  args: readonly string[],
  secrets: readonly Secret[],
): void {
  for (const [stream, text] of Object.entries({ stdout, stderr })) {
    const leaks = findLeaks(text, secrets)
    assert.deepEqual(leaks, [], `${args.join(' ')} leaks ${leaks.join(', ')} on ${stream}:\n${text}`)
  }
}

const SECRET_FILES = [
  /^\/var\/lib\/regmirror\/originals\/[0-9a-f]{32}$/,
  /^\/etc\/containerd\/certs\.d\/[^/]+\/(hosts\.toml|(ca|client)-\w+(-key)?\.pem)$/,
  /^\/etc\/containerd\/config\.toml$/,
]

/** Asserts that secrets are only where they belong and readable by root alone, like the state folder. */
export async function assertSecretsPrivate(
  root: string,
  secrets: readonly Secret[],
  open: readonly string[],
): Promise<void> {
  for (const [name, { type, mode, text }] of Object.entries(await takeSnapshot(root))) {
    assert.deepEqual(findLeaks(name, secrets), [], `the name of ${name}`)
    const leaks = type === 'directory' ? [] : findLeaks(text, secrets)
    const place = name.replace(/\.([^/]+)\.regmirror-[0-9a-f]{12}(?=\/|$)/g, '$1')
    const message = `${name} (mode ${mode.toString(8)}) holds ${leaks.join(', ') || 'no secret'}`
    if (leaks.length > 0)
      assert.ok(
        SECRET_FILES.some(pattern => pattern.test(place)),
        message,
      )
    const closed = leaks.length > 0 ? !open.includes(place.slice(1)) : isStateFile(name, type)
    if (closed) assert.equal(mode & 0o077, 0, message)
  }
}

/** A file of the state, except the sockets of the lock: only root can reach those, because the folder is private. */
function isStateFile(name: string, type: string): boolean {
  return name.startsWith('/var/lib/regmirror') && type !== 'link' && !/\/(lock|wait)-\w+$/.test(name)
}
