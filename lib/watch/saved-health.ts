import type { HealthFile } from '../health/health-file.ts'
import type { History } from './history.ts'

/** What the previous watcher has saved. */
export interface SavedHealth {
  readonly healthFile?: HealthFile | undefined
  readonly history?: History | undefined
}
