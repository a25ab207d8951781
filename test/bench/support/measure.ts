/** Runs processes and says what they cost. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { ANSIBLE } from '../../e2e/support/ansible.ts'
import { launcher } from '../../e2e/support/runtimes.ts'

export const PROJECT = path.resolve(import.meta.dirname, '../../..')

export interface Cost {
  readonly wallMs: number
  /** User and system time. */
  readonly cpuMs: number
  readonly peakMb: number
}

export interface Measured extends Cost {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const WAITER = path.join(import.meta.dirname, 'wait4.py')
const debianPython = launcher(ANSIBLE, 'python3')
const PYTHON = existsSync(debianPython) ? debianPython : 'python3'

/** Runs it to its end; throws when it ends with another code than those `allowed`. */
export function measure(
  command: readonly string[],
  allowed: readonly number[] = [0],
  env: NodeJS.ProcessEnv = process.env,
): Measured {
  const { output, error } = spawnSync(PYTHON, ['-I', '-S', WAITER, ...command], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: withoutCertificates(env),
    maxBuffer: 256 * 1024 * 1024,
  })
  if (error !== undefined) throw new Error(`python3 measures, and cannot run: ${error.message}`)
  const [, stdout = '', stderr = '', report = ''] = output.map(text => text ?? '')
  if (report === '') throw new Error(`${command.join(' ')} cannot run: ${stderr}`)
  const { wall, cpu, peak, code } = JSON.parse(report) as Record<'wall' | 'cpu' | 'peak' | 'code', number>
  if (!allowed.includes(code)) throw new Error(`${command.join(' ')} ended with ${code}: ${stderr}`)
  return { wallMs: wall * 1000, cpuMs: cpu * 1000, peakMb: peak / 1024, code, stdout, stderr }
}

/** With this variable, an old Node reads a bundle of certificates at every start, which would hide all else. */
function withoutCertificates({ NODE_EXTRA_CA_CERTS: _, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** `12 ms`, right-aligned. */
export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0).padStart(7)} ms`
}
