/** What a list says that a runtime has no setting for. Pure. */
import type { Issue } from '../model/errors.ts'
import type { Connection, Mirror, Place, Registry, Server } from '../model/registry.ts'
import type { ConnectionKey, Expressible, ListKey } from './dialect.ts'
import type { Target } from './target.ts'

export function inexpressibleIssues(
  registries: readonly Registry[],
  { title, dialect }: Pick<Target, 'title' | 'dialect'>,
): readonly Issue[] {
  const issue = ({ file, line, column }: Place, what: string): Issue => {
    const hint = 'change it, or remove this runtime from [targets]'
    return { file, line, column, message: `${title} has no setting for ${what}`, hint }
  }
  return registries.flatMap(registry => [
    ...missingKeys(registryKeys(registry), dialect.expresses).map(key => issue(registry.place, key)),
    ...missingServerKeys(registry, dialect.expresses).map(key =>
      issue(registry.server?.place ?? registry.place, key),
    ),
    ...registry.mirrors.flatMap(mirror =>
      missingParts(mirror, dialect.expresses).map(what => issue(mirror.place, what)),
    ),
  ])
}

function missingServerKeys({ server }: Registry, expresses: Expressible): readonly ListKey[] {
  return server === undefined ? [] : missingKeys(serverKeys(server), expresses)
}

function missingParts(mirror: Mirror, expresses: Expressible): readonly string[] {
  const { base, capabilities } = mirror
  return [
    ...(expresses.forms.includes(base.form) ? [] : [`the path ${base.path}`]),
    ...(hasCapabilities(mirror, expresses) ? [] : [`capabilities = ${JSON.stringify(capabilities)}`]),
    ...missingKeys(connectionKeys(mirror), expresses),
  ]
}

function hasCapabilities({ capabilities: listed }: Mirror, { capabilities: fixed }: Expressible): boolean {
  return fixed === 'any' || (fixed.length === listed.length && fixed.every(one => listed.includes(one)))
}

function missingKeys(keys: readonly ListKey[], expresses: Expressible): readonly ListKey[] {
  return keys.filter(key => !expresses.keys.includes(key))
}

function registryKeys({ fallback }: Registry): readonly ListKey[] {
  return fallback ? [] : ['fallback']
}

function serverKeys(server: Server): readonly ListKey[] {
  if (!server.declared) return []
  return ['server', ...connectionKeys(server).map(key => `server.${key}` as const)]
}

function connectionKeys({ ca, client, header, skipVerify }: Connection): readonly ConnectionKey[] {
  const used: Readonly<Record<ConnectionKey, boolean>> = {
    ca: ca.length > 0,
    client: client !== undefined,
    header: Object.keys(header).length > 0,
    skip_verify: skipVerify,
  }
  return (['ca', 'client', 'header', 'skip_verify'] as const).filter(key => used[key])
}
