/** Whether a dockerd serves, and uses the registries that its daemon.json has. */
import type { DaemonResponse } from '../daemon.ts'
import type { WrittenConfig } from '../daemon-control.ts'
import { textOf } from './daemon-json.ts'
import { readInfo } from './info.ts'
import { judge } from './judge-info.ts'

export async function respond(address: string, { config, node }: WrittenConfig): Promise<DaemonResponse> {
  const info = await readInfo(address)
  if ('problem' in info)
    return {
      serves: false,
      isFinal: false,
      responds: false,
      problem: `Docker does not respond at ${address}: ${info.problem}`,
    }
  const bytes = config === undefined ? undefined : await node.read(config)
  return judge(textOf(bytes && { bytes }), info)
}
