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
  const doctors = await Promise.all(Object.values(targets).map(async known => (await known.load()).doctor()))
  const head = ['| code | severity | finding | `--fix` |', '| --- | --- | --- | --- |']
  return [...head, ...[...doctors.flatMap(({ rules }) => rules), ...commonRules].map(rowOf)].join('\n')
}

type Row = Pick<Rule, 'code' | 'severity' | 'also' | 'title' | 'fixes'>

function rowOf({ code, severity, also = {}, title, fixes }: Row): string {
  const others = Object.entries(also).map(([other, where]) => `; ${ARTICLES[other]} ${other} ${where}`)
  const cells = [severity + others.join(''), title, fixes ? 'yes' : '']
  return `| \`${code}\` | ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

const ARTICLES: Readonly<Record<string, string>> = { error: 'an', warning: 'a', note: 'a' }

if (import.meta.main) writeFileSync(file, await withRulesTable(readFileSync(file, 'utf8')))
