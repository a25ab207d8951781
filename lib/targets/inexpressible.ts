/** What a list says that a runtime has no setting for. Pure. */
import type { Issue } from '../model/errors.ts'
import type { Mirror, Place, Registry } from '../model/registry.ts'
import type { Expressible, ListKey } from './dialect.ts'
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
    ...registry.mirrors.flatMap(mirror =>
      missingParts(mirror, dialect.expresses).map(what => issue(mirror.place, what)),
    ),
  ])
}

function missingParts(mirror: Mirror, expresses: Expressible): readonly string[] {
  const { base, capabilities } = mirror
  return [
    ...(expresses.forms.includes(base.form) ? [] : [`the path ${base.path}`]),
    ...(hasCapabilities(mirror, expresses) ? [] : [`capabilities = ${JSON.stringify(capabilities)}`]),
    ...missingKeys(mirrorKeys(mirror), expresses),
  ]
}

function hasCapabilities({ capabilities: listed }: Mirror, { capabilities: fixed }: Expressible): boolean {
  return fixed === 'any' || (fixed.length === listed.length && fixed.every(one => listed.includes(one)))
}

function missingKeys(keys: readonly ListKey[], expresses: Expressible): readonly ListKey[] {
  return keys.filter(key => !expresses.keys.includes(key))
}

function registryKeys({ server, fallback }: Registry): readonly ListKey[] {
  return [...(server?.declared ? (['server'] as const) : []), ...(fallback ? [] : (['fallback'] as const))]
}

function mirrorKeys({ ca, client, header, skipVerify }: Mirror): readonly ListKey[] {
  const used: Readonly<Record<Exclude<ListKey, 'server' | 'fallback'>, boolean>> = {
    ca: ca.length > 0,
    client: client !== undefined,
    header: Object.keys(header).length > 0,
    skip_verify: skipVerify,
  }
  return (['ca', 'client', 'header', 'skip_verify'] as const).filter(key => used[key])
}
