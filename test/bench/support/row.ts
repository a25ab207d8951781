/** A line of the results. */
import type { Column } from './programs.ts'
import type { Result } from './rounds.ts'
import { ROUNDS } from './settings.ts'

export interface Row {
  readonly measure: string
  readonly goal?: string | undefined
  readonly values: Readonly<Partial<Record<Column, string>>>
}

/** Takes a row as soon as it is measured. */
export type Report = (row: Row) => void

/** Prints each value on a line. */
export function printRow({ measure, goal, values }: Row): void {
  for (const [column, value] of Object.entries(values)) {
    const name = column === 'now' ? measure : `${measure} (${column})`
    const wanted = goal === undefined ? '' : `   goal: ${goal}`
    console.log(`${name.padEnd(48)} ${value}${wanted}`)
  }
}

/** `6.61 × (CPU 7.90 ×), 246 ms, 95 MB`, and the rounds where they are few. */
export function comparisonText(result: Result, base: Result): string {
  const wall = ratioText(result.wallMs, base.wallMs)
  const cpu = ratioText(result.cpuMs, base.cpuMs)
  const few = result.rounds < ROUNDS ? `, of ${result.rounds}` : ''
  return `${wall} (CPU ${cpu}), ${spanText(result.wallMs)}, ${result.peakMb.toFixed(0)} MB${few}`
}

function ratioText(value: number, base: number): string {
  const ratio = value / base
  return `${ratio.toFixed(ratio < 20 ? 2 : 0)} ×`
}

/** `246 ms`, `6.13 s`. */
export function spanText(wallMs: number): string {
  return wallMs < 1000 ? `${wallMs.toFixed(0)} ms` : `${(wallMs / 1000).toFixed(2)} s`
}
