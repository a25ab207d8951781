/**
 * A program that takes any arguments and waits until it is killed, like a daemon in /proc; with --version it ends. It needs no library, so it runs
 * in an empty root directory too.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { kill } from './process.ts'
import { eventually } from './watching.ts'

/**
 * e_machine of elf(5), and the code: it compares eight bytes of the first argument with "--versio" and exits where they are
 * the same; else a loop around a system call that waits forever.
 */
const MACHINES: Readonly<Record<string, [number, string]>> = {
  // rax = argv[1]; compare; mov eax, 60 (exit); syscall. Then: mov eax, 34 (pause); syscall; jmp back
  x64: [0x3e, '488b4424104885c0741848b92d2d76657273696f4839087509b83c00000031ff0f05' + 'b8220000000f05ebf7'],
  // x1 = argv[1]; compare with x2; x8 = 93 (exit); svc 0. Then: x0 to x3 = 0; x8 = 73 (ppoll); svc 0; branch back
  arm64: [
    0xb7,
    'e10b40f9610100b4210040f9a2a585d2c2aeacf2426ecef222ededf23f0002eb81000054000080d2a80b80d2010000d4' +
      '000080d2010080d2020080d2030080d2280980d2010000d4faffff17',
  ],
}

const ADDRESS = 0x400000n
const HEADERS = 64 + 56

/** Writes the program, executable for every user. */
export async function writeWaitingProgram(file: string, mode = 0o755): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true })
  await fs.writeFile(file, elf())
  await fs.chmod(file, mode)
}

/** An executable with one segment. */
function elf(): Buffer {
  const [machine, code] = MACHINES[process.arch] ?? assert.fail(`no program for ${process.arch}`)
  const bytes = Buffer.alloc(HEADERS + code.length / 2)
  bytes.write('7f454c46020101', 'hex')
  for (const [at, value] of [
    [16, 2],
    [18, machine],
    [52, 64],
    [54, 56],
    [56, 1],
  ] as const)
    bytes.writeUInt16LE(value, at)
  for (const [at, value] of [
    [20, 1],
    [64, 1],
    [68, 5],
  ] as const)
    bytes.writeUInt32LE(value, at)
  const [start, size] = [ADDRESS + BigInt(HEADERS), BigInt(bytes.length)]
  const longs = [
    [24, start],
    [32, 64n],
    [80, ADDRESS],
    [88, ADDRESS],
    [96, size],
    [104, size],
    [112, 0x10000n],
  ] as const
  for (const [at, value] of longs) bytes.writeBigUInt64LE(value, at)
  bytes.write(code, HEADERS, 'hex')
  return bytes
}

/** The directories of `chroot` and similar programs. */
const SYSTEM = '/usr/sbin:/usr/bin:/sbin:/bin'

export interface Waiting {
  readonly pid: number
  stop(): Promise<void>
}

/**
 * Starts a program and waits until a process runs under the name `containerd`: the child itself, or the child of a
 * wrapper.
 */
export async function startContainerdLike(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<Waiting> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    env: { PATH: SYSTEM, ...env },
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const stop = () => kill(child, 'SIGKILL')
  try {
    const pid = await eventually(
      () => findContainerd(child),
      () => `${command.join(' ')} did not start`,
    )
    return { pid, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function findContainerd({ pid, exitCode }: ChildProcess): Promise<number | undefined> {
  assert.equal(exitCode, null, 'the process ended')
  const children = await fs.readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  for (const one of [`${pid}`, ...children.split(' ')].filter(Boolean))
    if ((await fs.readFile(`/proc/${one}/comm`, 'utf8').catch(() => '')).trim() === 'containerd')
      return Number(one)
  return undefined
}
