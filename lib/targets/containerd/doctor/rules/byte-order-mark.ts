/**
 * A byte order mark before a hosts.toml: the TOML parser of 2.x refuses it ("invalid character at start of key",
 * github.com/pelletier/go-toml/v2), that of 1.x skips it (go-toml toml.go LoadBytes@v1.9.5). On the real containerd:
 * test/e2e/doctor-hosts.spec.ts. Pure.
 */
import { BYTE_ORDER_MARK } from '../../../../formats/byte-order-mark.ts'
import type { Rule } from '../../../rule.ts'
import { findInRefused } from '../by-release.ts'
import type { ObservedNode } from '../observed-node.ts'
import { refusedFile } from '../refused-file.ts'

export const byteOrderMark: Rule<ObservedNode> = {
  code: 'byte_order_mark',
  severity: 'error',
  part: 'hosts',
  title: 'a hosts.toml starts with a byte order mark',
  fixes: true,
  find: observed =>
    findInRefused(observed, (view, refusal, release) => {
      if (!view.text?.startsWith(BYTE_ORDER_MARK) || release.major < 2) return []
      return [
        {
          ...refusedFile(view, refusal),
          problem: 'the file starts with a UTF-8 byte order mark',
          cure: `save it as UTF-8 without a byte order mark: sed -i '1s/^\\xEF\\xBB\\xBF//' ${view.file}`,
          line: 1,
          fix: {
            file: view.file,
            edit: withoutMark,
            effect: 'immediate',
            why: 'removes the byte order mark',
          },
        },
      ]
    }),
}

function withoutMark(text: string): string | undefined {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : undefined
}
