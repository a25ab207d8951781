/** Unknown keys are ignored: the file is not read strictly (registries.go:38-56, types.go@v0.7.1; rke2#5612). Pure. */
import { isTable } from '../../../../formats/is-table.ts'
import { tablesIn } from '../../../../formats/table-values.ts'
import { nearest } from '../../../../wording/typos.ts'
import type { Found, Rule } from '../../../rule.ts'
import type { RegistriesFile } from '../../registries-file.ts'
import type { ObservedK3s } from '../observe-node.ts'

const KEYS = {
  file: ['mirrors', 'configs', 'auths'],
  mirror: ['endpoint', 'rewrite'],
  config: ['auth', 'tls'],
  tls: ['ca_file', 'cert_file', 'key_file', 'insecure_skip_verify'],
  auth: ['username', 'password', 'auth', 'identity_token'],
} as const

export const registriesYamlKeyUnknown: Rule<ObservedK3s> = {
  code: 'registries_yaml_key_unknown',
  severity: 'warning',
  part: 'config',
  title: '`registries.yaml` has a key that k3s does not know',
  find: ({ file, snapshot: { distribution } }) => {
    if (file === undefined) return []
    const { mirrors, configs } = file.value
    return [
      ...unknown(file, [], 'file'),
      ...tablesIn(mirrors).flatMap(([name]) => unknown(file, ['mirrors', name], 'mirror')),
      ...tablesIn(configs).flatMap(([name, table]) => [
        ...unknown(file, ['configs', name], 'config'),
        ...(isTable(table.tls) ? unknown(file, ['configs', name, 'tls'], 'tls') : []),
        ...(isTable(table.auth) ? unknown(file, ['configs', name, 'auth'], 'auth') : []),
      ]),
    ].map(found => ({ ...found, consequence: `${distribution.title} ignores this key` }))
  },
}

function unknown(
  file: RegistriesFile,
  path: readonly string[],
  kind: keyof typeof KEYS,
): readonly Omit<Found, 'consequence'>[] {
  const table = path.reduce<unknown>((at, key) => (isTable(at) ? at[key] : undefined), file.value)
  const known: readonly string[] = KEYS[kind]
  return Object.keys(isTable(table) ? table : {})
    .filter(key => !known.includes(key))
    .map(key => {
      const meant = nearest(key.replace(/\W+$/, ''), known)
      const cure =
        meant === undefined ? `remove it; the keys here are ${known.join(', ')}` : `write ${meant}:`
      return {
        file: file.path,
        ...file.locateKey([...path, key]),
        problem: `unknown key ${JSON.stringify(key)}`,
        cure,
      }
    })
}
