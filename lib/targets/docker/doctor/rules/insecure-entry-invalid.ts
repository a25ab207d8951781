/** An entry that dockerd accepts with --validate, and with which it does not start (registry/config.go:168-230@v28.5.2). Pure. */
import type { Rule } from '../../../rule.ts'
import { insecureFaults } from '../../daemon-json.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const insecureEntryInvalid: Rule<ObservedDocker> = {
  code: 'insecure_entry_invalid',
  severity: 'error',
  part: 'config',
  title: 'an entry of `insecure-registries` is neither a host nor a network',
  find: ({ snapshot: { config, json } }) =>
    (json === undefined ? [] : insecureFaults(config.path, json)).map(({ line, column, message }) => ({
      file: config.path,
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      problem: message.split(': ')[0] ?? message,
      consequence:
        'dockerd does not start; at a reload it keeps the old lists of mirrors and insecure registries',
      cure: 'write it as host:port, or as a network such as 10.0.0.0/8',
    })),
}
