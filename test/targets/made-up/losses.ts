/** What of a list toy can express: mirrors at the root of a host, alike in everything but `skip_verify`. */
import { impossible, lossTable, lossy } from '../../../lib/targets/loss-table.ts'
import type { Losses } from '../../../lib/targets/target.ts'

const none = (what: string) => impossible(`has no setting for ${what}`, 'pulls go without it')
const table = lossTable('toy', {
  server_other: none('server'),
  no_fallback: none('fallback'),
  path_prefix: impossible('has no setting for the path of a mirror', 'regmirror leaves the mirror out'),
  path_mounted: impossible('has no setting for the path of a mirror', 'regmirror leaves the mirror out'),
  path_exact: impossible('has no setting for the path of a mirror', 'regmirror leaves the mirror out'),
  pull_only: lossy('resolves tags with every mirror', 'it may resolve tags here'),
  ca: none('ca'),
  client: none('client'),
  header: none('header'),
  login: none('header'),
  server_tls: none('server.ca'),
  server_header: none('server.header'),
})

export const toyLosses: Losses<unknown, unknown> = { tables: [table], of: () => table }
