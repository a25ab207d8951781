/**
 * A byte order mark before config.toml: the TOML parser of 2.x refuses it (github.com/pelletier/go-toml/v2, "invalid
 * character at start of key"), that of 1.x skips it. On the real containerd: test/e2e/doctor.spec.ts. Pure.
 */
import { BYTE_ORDER_MARK } from '../../../../formats/byte-order-mark.ts'
import type { Rule } from '../../../rule.ts'
import { findForEach } from '../found-issue.ts'
import type { ObservedNode } from '../observed-node.ts'

export const configBom: Rule<ObservedNode> = {
  code: 'config_bom',
  severity: 'error',
  part: 'config',
  title: 'config.toml or an import starts with a byte order mark',
  fixes: true,
  find: ({ snapshot: { files, readers } }) =>
    findForEach(readers, ({ major }) =>
      files
        .filter(({ byteOrderMark }) => byteOrderMark && major >= 2)
        .map(({ path }) => ({
          ...{ file: path, line: 1, column: 1 },
          problem: 'starts with a byte order mark',
          consequence: 'containerd 2 does not start',
          cure: `save it as UTF-8 without one: sed -i '1s/^\\xef\\xbb\\xbf//' ${path}; then restart containerd`,
          fix: {
            file: path,
            edit: (text: string) => text.replace(BYTE_ORDER_MARK, ''),
            effect: 'restart' as const,
            why: 'removes the byte order mark',
            format: 'toml' as const,
          },
        })),
    ),
}
