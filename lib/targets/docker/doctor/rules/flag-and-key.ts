/** dockerd does not start where an option is a flag and a key (findConfigurationConflicts, daemon/config/config.go@v28.5.2). Pure. */
import { onOneLine } from '../../../../wording/printable.ts'
import type { Rule } from '../../../rule.ts'
import { flagsOf, KEY_OF } from '../../flags.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const flagAndKey: Rule<ObservedDocker> = {
  code: 'flag_and_key',
  severity: 'error',
  part: 'config',
  title: 'an option is a flag of dockerd and a key of daemon.json',
  find: ({ snapshot }) =>
    flagsOf(snapshot).flatMap(({ flag, value, file, line, pid }) => {
      const key = KEY_OF[flag] ?? ''
      if (snapshot.json?.value[key] === undefined) return []
      const whose = pid === undefined ? '' : `dockerd (process ${pid}) runs with `
      return [
        {
          ...{ file: file ?? snapshot.config.path, about: [snapshot.config.path] },
          ...(line !== undefined && { line }),
          problem: `${whose}${flag} ${onOneLine(value)}, and ${key} is in ${snapshot.config.path} too`,
          consequence: 'dockerd does not start, and refuses a reload',
          cure: `remove the flag, and add ${onOneLine(value)} to ${key}`,
        },
      ]
    }),
}
