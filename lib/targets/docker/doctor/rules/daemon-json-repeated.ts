/** Of two equal keys the last one counts (encoding/json; run on 28.5.2). Pure. */
import type { Rule } from '../../../rule.ts'
import { repeatedKeys } from '../../daemon-json.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const daemonJsonRepeated: Rule<ObservedDocker> = {
  code: 'daemon_json_repeated',
  severity: 'warning',
  part: 'config',
  title: '`registry-mirrors` or `insecure-registries` is there twice in daemon.json',
  find: ({ snapshot: { config, json } }) =>
    (json === undefined ? [] : repeatedKeys(config.path, json)).map(({ file, line, column, message }) => ({
      ...(file !== undefined && { file }),
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      problem: message,
      consequence: 'Docker does not use what is here',
      cure: 'write both into one key',
    })),
}
