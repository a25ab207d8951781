/** Runs processes and says what they cost. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'

export const PROJECT = path.resolve(import.meta.dirname, '../../..')
export const REGMIRROR = [process.execPath, path.join(PROJECT, 'bin/regmirror.js')]
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15)

export interface Cost {
  readonly wallMs: number
  /** User and system time, to 10 ms. */
  readonly cpuMs: number
  readonly stdout: string
}

/** Runs it to its end; throws when it ends with another code than those `allowed`. */
export function measure(command: readonly string[], allowed: readonly number[] = [0]): Cost {
  // What the shell says of its children is the one figure for CPU time that needs no program of its own.
  const script = '"$@"; status=$?; times >&2; exit $status'
  // On an old Node this variable makes every start read a bundle of certificates: it would drown what is measured.
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: '' }
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', ...command], {
    encoding: 'utf8',
    env,
    maxBuffer: 64 * 1024 * 1024,
  })
  const wallMs = performance.now() - started
  if (!allowed.includes(status ?? -1)) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}`)
  return { wallMs, cpuMs: cpuOf(stderr), stdout }
}

/** Of the last line that `times` writes: user and system time of the shell's children, `0m0.01s 0m0.02s`. */
function cpuOf(stderr: string): number {
  const spans = [...(stderr.trimEnd().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
  return spans.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  )
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** `12 ms`, right-aligned. */
export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0).padStart(7)} ms`
}
