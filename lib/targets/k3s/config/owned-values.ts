/** The values of registries.yaml that a list decides on. Pure. */
import type { Json } from '../../../formats/format.ts'
import { isTable } from '../../../formats/is-table.ts'
import type { Registry } from '../../../model/registry.ts'
import type { OwnedValue } from '../../../ownership/managed-file.ts'
import { type RegistriesFile, tableIn } from '../registries-file.ts'
import { certificatesOf } from './certificates.ts'
import { endpointsOf } from './endpoints.ts'
import { type HostSettings, isPlain } from './host-settings.ts'

/** `file`: the present one. A key that it has already is set wherever the list decides on it. */
export function ownedValues(
  config: string,
  registries: readonly Registry[],
  hosts: readonly HostSettings[],
  file: Pick<RegistriesFile, 'value'>,
  noDefault: boolean,
): readonly OwnedValue[] {
  return [
    ...registries.flatMap(registry => endpointValues(registry, file, noDefault)),
    ...hosts.flatMap(settings => hostValues(config, settings, file)),
  ]
}

/** A registry without endpoints needs no entry, unless the file has endpoints for it. */
function endpointValues(
  registry: Registry,
  file: Pick<RegistriesFile, 'value'>,
  noDefault: boolean,
): readonly OwnedValue[] {
  const endpoints = endpointsOf(registry, noDefault)
  const present = tableIn(file, 'mirrors', registry.name).endpoint
  if (endpoints.length === 0 && present === undefined) return []
  return [{ path: ['mirrors', registry.name, 'endpoint'], value: endpoints }]
}

/** Over http no certificate is checked, so the keys of TLS have no meaning there. */
function hostValues(
  config: string,
  settings: HostSettings,
  file: Pick<RegistriesFile, 'value'>,
): readonly OwnedValue[] {
  const { host, connection, login } = settings
  const { tls, auth } = tableIn(file, 'configs', host)
  const at = (part: string, key: string, value: Json) => ({ path: ['configs', host, part, key], value })
  const present = isTable(tls) ? tls.insecure_skip_verify : undefined
  const switches = isPlain(connection) || (present === undefined && !connection.skipVerify)
  const others = isTable(auth) ? ['auth', 'identity_token'].filter(key => key in auth) : []
  return [
    ...certificatesOf(config, settings).map(({ key, path }) => at('tls', key, path)),
    ...(switches ? [] : [at('tls', 'insecure_skip_verify', connection.skipVerify)]),
    ...(login === undefined
      ? []
      : [
          at('auth', 'username', login.user),
          at('auth', 'password', login.password),
          // They would be used beside the login of the list.
          ...others.map(key => at('auth', key, '')),
        ]),
  ]
}
