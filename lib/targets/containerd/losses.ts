/** What of a list containerd can express: everything; releases before 2.0.7 ignore dial_timeout (release-notices.ts). */
import { lossTable } from '../loss-table.ts'
import type { Losses } from '../target.ts'

const table = lossTable('containerd', {})

export const containerdLosses: Losses<unknown, unknown> = { tables: [table], of: () => table }
