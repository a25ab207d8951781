/**
 * A hosts.toml without a [host] table: 1.6, and 1.7 before 1.7.32, refuse the whole file ("invalid `host` tree",
 * getSortedHosts, remotes/docker/config/hosts.go:531@v1.7.31). On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { findInRefused } from '../by-release.ts'
import type { ObservedNode } from '../observed-node.ts'
import { refusedFile } from '../refused-file.ts'
import { isSecond } from './port-twin.ts'

export const hostTableMissing: Rule<ObservedNode> = {
  code: 'host_table_missing',
  severity: 'error',
  part: 'hosts',
  title: 'a hosts.toml has no `[host]` table',
  fixes: true,
  find: observed =>
    findInRefused(observed, (view, refusal) => {
      if (refusal.key !== 'host' || isSecond(view, observed)) return []
      const { file } = view
      return [
        {
          ...refusedFile(view, refusal),
          problem: 'the file has no [host] table, and containerd before 1.7.32 requires one',
          cure: `add an empty table at the end: echo '[host]' >> ${file}`,
          fix: { file, edit: withHostTable, effect: 'immediate', why: 'adds an empty [host] table' },
        },
      ]
    }),
}

/** At the end, where it takes no key away from the root. */
function withHostTable(text: string): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  return `${text}${text.endsWith('\n') ? '' : eol}${eol}[host]${eol}`
}
