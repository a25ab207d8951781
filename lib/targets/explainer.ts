/** What a person who searches for a fault must know of a runtime besides its routes. */
import type { Notice } from '../model/report.ts'
import type { Conduct, PullRoute } from './pull-route.ts'
import type { View } from './view.ts'

export interface Explainer<Settings, Snapshot> {
  /** Reads the node for the daemon that runs there, whatever files these settings name. */
  observe(view: View, settings: Settings): Promise<Snapshot>
  /** The release that the routes are for, as exactly as it is known. Pure. */
  version(snapshot: Snapshot): string | undefined
  /** What else runs there, and reads other files. Pure. */
  notices(snapshot: Snapshot): readonly Notice[]
  /** The files that the daemon reads only when it starts or is reloaded, those that exist. Pure. */
  startFiles(snapshot: Snapshot): readonly string[]
  /** Those files with what the running daemon has shown that it uses, where it shows that. Pure. */
  filesInUse?(snapshot: Snapshot): ReadonlyMap<string, Buffer> | undefined
  /** What a pull does with each endpoint of a route. Pure. */
  conduct(snapshot: Snapshot, route: PullRoute): readonly Conduct[]
}
