/**
 * A hosts.toml that containerd refuses as a whole: no TOML, a value of a wrong type, a host given twice (loadHostDir,
 * hosts.go:328-333@v2.3.4; parseHostConfig, :423-548@v2.3.4). On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import { BYTE_ORDER_MARK } from '../../../../formats/byte-order-mark.ts'
import type { Refusal } from '../../../hosts-toml/read/refusal.ts'
import type { Rule } from '../../../rule.ts'
import { findInRefused } from '../by-release.ts'
import type { HostsView } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'
import { refusedFile } from '../refused-file.ts'

export const hostsInvalid: Rule<ObservedNode> = {
  code: 'hosts_invalid',
  severity: 'error',
  also: { warning: 'where it is not certain that containerd refuses it' },
  part: 'hosts',
  title: 'containerd cannot read a hosts.toml',
  find: observed =>
    findInRefused(observed, (view, refusal, { major }) => {
      if (hasOwnRule(view, refusal, major)) return []
      const { reason, effect } = refusal
      const severity = effect === 'unknown' ? { severity: 'warning' as const } : {}
      return [{ ...refusedFile(view, refusal), ...severity, problem: reason, cure: cureFor(refusal) }]
    }),
}

function cureFor({ hint, key }: Refusal): string {
  if (key === 'dial_timeout') return 'write a number with its unit: dial_timeout = "2s"'
  return hint ?? 'correct the value: until then, nothing in this file counts'
}

function hasOwnRule({ text }: HostsView, { key }: Refusal, major: number): boolean {
  const hasMark = major > 1 && text?.startsWith(BYTE_ORDER_MARK) === true
  return hasMark || key === 'capabilities' || key === 'host'
}
