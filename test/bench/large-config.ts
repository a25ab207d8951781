/** `plan` beside a config.toml with many tables: linear or not. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { type Command, compareCommands, rowsOf } from './support/compare.ts'
import { configOf, makeNode, writeList } from './support/nodes.ts'
import type { Report } from './support/row.ts'
import { TABLES } from './support/settings.ts'

const REGISTRIES = 11

export async function largeConfig(folder: string, report: Report): Promise<void> {
  const list = await writeList(folder, REGISTRIES)
  for (const tables of TABLES) {
    const root = path.join(folder, String(tables))
    await makeNode(root)
    await fs.appendFile(configOf(root), tablesOf(tables))
    const { size } = await fs.stat(configOf(root))
    const command: Command = {
      measure: `\`plan\`, config.toml with ${tables} tables (${(size / 1e6).toFixed(1)} MB)`,
      goal: 'linear',
      args: ['plan', '-f', list, '--root', root],
    }
    rowsOf(await compareCommands([command])).forEach(report)
  }
}

function tablesOf(count: number): string {
  const tables = Array.from(
    { length: count },
    (_, nth) => `[plugins."a.plugin.${nth}"]\n  key = "value ${nth}"\n`,
  )
  return `\n${tables.join('\n')}`
}
