/** dockerd refuses a daemon.json that is not an object in JSON (daemon/config/config.go@v28.5.2). Pure. */
import type { Rule } from '../../../rule.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const daemonJsonInvalid: Rule<ObservedDocker> = {
  code: 'daemon_json_invalid',
  severity: 'error',
  part: 'config',
  title: 'daemon.json is not an object in JSON',
  find: ({ snapshot: { fault } }) => {
    if (fault?.file === undefined) return []
    const { file, line, column, message } = fault
    return [
      {
        ...{ file, problem: message, consequence: 'dockerd does not start, and refuses a reload' },
        ...(line !== undefined && { line }),
        ...(column !== undefined && { column }),
        cure: 'correct the file, then run dockerd --validate',
      },
    ]
  },
}
