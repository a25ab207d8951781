/**
 * A client certificate without its key, or a key without its certificate: loading it fails for every pull of a registry that
 * uses the host (util/resolver/resolver.go:105-111@v0.32.2), and docker buildx 0.29 crashes. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { keypairsIn } from '../../pull/keypairs.ts'
import type { ObservedBuildkit } from '../observe-node.ts'
import { registryTables } from '../registry-tables.ts'

export const keypairIncomplete: Rule<ObservedBuildkit> = {
  code: 'keypair_incomplete',
  severity: 'error',
  part: 'config',
  title: 'a `keypair` lacks `cert` or `key`',
  find: observed =>
    registryTables(observed).flatMap(({ name, table, place }) =>
      keypairsIn(table).flatMap(({ cert, key }, i) => {
        if (cert !== '' && key !== '') return []
        return [
          {
            ...place('keypair', i),
            problem: `a keypair of ${name} has no ${cert === '' ? 'cert' : 'key'}`,
            consequence: 'BuildKit fails every pull that may contact this host, from the registry itself too',
            cure: 'set both cert and key, or remove the keypair; then restart buildkitd',
          },
        ]
      }),
    ),
}
