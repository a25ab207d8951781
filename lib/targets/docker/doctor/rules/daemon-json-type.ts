/** A value of another type stops dockerd (daemon/config/config.go@v28.5.2). Pure. */
import type { Rule } from '../../../rule.ts'
import { mistypedKeys } from '../../daemon-json.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const daemonJsonType: Rule<ObservedDocker> = {
  code: 'daemon_json_type',
  severity: 'error',
  part: 'config',
  title: '`registry-mirrors` or `insecure-registries` is not an array of strings',
  find: ({ snapshot: { config, json } }) =>
    (json === undefined ? [] : mistypedKeys(config.path, json)).map(({ line, column, message }) => ({
      file: config.path,
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      problem: message.split(': ')[0] ?? message,
      consequence: 'dockerd does not start, and refuses a reload',
      cure: 'write it as an array of strings',
    })),
}
