/** Writes the table of docs/metrics.md from the table in the code. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { MetricAbout } from '../lib/model/metric-about.ts'
import { METRICS, type MetricName } from '../lib/model/metrics.ts'

const file = path.resolve(import.meta.dirname, '../docs/metrics.md')
const [BEGIN, END] = ['<!-- metrics: begin -->', '<!-- metrics: end -->']

/** The document with the current table. */
export function withMetricsTable(document: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`docs/metrics.md lacks ${BEGIN} or ${END}`)
  return `${document.slice(0, begin)}${BEGIN}\n${tableText()}\n${document.slice(end)}`
}

function tableText(): string {
  const names = Object.keys(METRICS) as MetricName[]
  const head = ['| metric | type | labels | exported by | meaning |', '| --- | --- | --- | --- | --- |']
  return [...head, ...names.map(rowOf)].join('\n')
}

function rowOf(name: MetricName): string {
  const about: MetricAbout = METRICS[name]
  const labels = about.labels.map(label => `\`${label}\``).join(', ')
  const meaning = about.help.replace(/; absent [^.]*\.$/, '.')
  const absent = about.absent === undefined ? '' : ` Absent ${about.absent}.`
  return `| \`${name}\` | ${about.type} | ${labels} | ${about.of.join(', ')} | ${meaning}${absent} |`
}

if (import.meta.main) writeFileSync(file, withMetricsTable(readFileSync(file, 'utf8')))
