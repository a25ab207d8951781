/**
 * What a fleet of watchers sends to one mirror: every node runs the real loop on a virtual clock. `--save` writes the
 * figures to docs/fleet.md.
 */
import fs from 'node:fs/promises'
import path from 'node:path'
import { histogramLine, phaseRow, type Row, replaceFigures, tableText } from '../support/fleet-figures.ts'
import { fleetScenarios, MIRROR, type Scenario, SERVER } from '../support/fleet-scenarios.ts'
import { PROJECT } from './support/measure.ts'
import { NODES, SAVES } from './support/settings.ts'

export async function fleet(): Promise<void> {
  const rows: Row[] = []
  for (const scenario of fleetScenarios(NODES)) rows.push(...(await measureScenario(scenario)))
  console.log(`\nRequests a second of ${NODES} nodes\n${tableText(rows)}`)
  if (!SAVES) return
  const file = path.join(PROJECT, 'docs/fleet.md')
  await fs.writeFile(file, replaceFigures(await fs.readFile(file, 'utf8'), rows))
}

async function measureScenario({ title, phases, run }: Scenario): Promise<readonly Row[]> {
  const result = await run()
  console.log(`\n${title}`)
  for (const url of [MIRROR, SERVER]) console.log(histogramLine(url, result.requests[url] ?? []))
  return phases.map(phase => phaseRow(result, phase))
}
