/** Writes the table of docs/doctor.md from the rules in the code. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { commonRules } from '../lib/doctor/rules.ts'
import { targets } from '../lib/targets/index.ts'
import type { Rule } from '../lib/targets/rule.ts'

const file = path.resolve(import.meta.dirname, '../docs/doctor.md')
const [BEGIN, END] = ['<!-- rules: begin -->', '<!-- rules: end -->']

/** The document with the current table. */
export async function withRulesTable(document: string): Promise<string> {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`docs/doctor.md lacks ${BEGIN} or ${END}`)
  return `${document.slice(0, begin)}${BEGIN}\n${await tableText()}\n${document.slice(end)}`
}

async function tableText(): Promise<string> {
  const doctors = await Promise.all(Object.values(targets).map(target => target.doctor()))
  const head = ['| code | severity | finding | `--fix` |', '| --- | --- | --- | --- |']
  return [...head, ...[...doctors.flatMap(({ rules }) => rules), ...commonRules].map(rowOf)].join('\n')
}

function rowOf({
  code,
  severity,
  title,
  fixes,
}: Pick<Rule, 'code' | 'severity' | 'title' | 'fixes'>): string {
  return `| \`${code}\` | ${severity} | ${title.replaceAll('|', '\\|')} | ${fixes ? 'yes' : ''} |`
}

if (import.meta.main) writeFileSync(file, await withRulesTable(readFileSync(file, 'utf8')))
