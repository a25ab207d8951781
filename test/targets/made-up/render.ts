/** What toy must have for a list: two arrays in toy.json, and a file for each registry. Pure. */
import { formats } from '../../../lib/formats/index.ts'
import { baseUrl, type Registry } from '../../../lib/model/registry.ts'
import { BANNER } from '../../../lib/ownership/banner.ts'
import type { OwnedValue } from '../../../lib/ownership/managed-file.ts'
import type { DesiredFile, Rendering } from '../../../lib/targets/target.ts'
import type { ToySnapshot } from './observe.ts'

/** The text of a new toy.json. */
const NEW = '{}\n'

export function render(registries: readonly Registry[], snapshot: ToySnapshot): Rendering {
  const values = ownedValues(registries)
  const content = values.reduce<string | undefined>(
    (text, { path, value }) => (text === undefined ? undefined : formats.json.set(text, path, value)),
    snapshot.text ?? NEW,
  )
  const hint = 'correct it, or set another config in [targets.toy]'
  const conflict = { file: snapshot.config, message: 'is not an object in JSON', hint }
  return {
    files: [
      ...registries.map(registry => registryFile(registry, snapshot)),
      ...(content === undefined ? [] : [configFile(content, values, snapshot)]),
    ],
    notices: [],
    conflicts: content === undefined ? [conflict] : [],
    effect: 'immediate',
    held: [],
    kept: [],
  }
}

function ownedValues(registries: readonly Registry[]): readonly OwnedValue[] {
  const mirrors = registries.flatMap(registry => registry.mirrors)
  const hosts = (used: typeof mirrors) => [...new Set(used.map(({ base }) => new URL(base.origin).host))]
  return [
    { path: ['mirror-hosts'], value: hosts(mirrors) },
    { path: ['tls', 'skip-verify'], value: hosts(mirrors.filter(({ skipVerify }) => skipVerify)) },
  ]
}

function configFile(
  content: string,
  values: readonly OwnedValue[],
  { config, text }: ToySnapshot,
): DesiredFile {
  return {
    path: config,
    content,
    secret: false,
    effect: 'reload',
    why: 'names the hosts of the mirrors',
    owns: { kind: 'values', format: 'json', values, ...(text === undefined && { created_from: NEW }) },
  }
}

function registryFile({ name, mirrors }: Registry, { mirrorsDir }: ToySnapshot): DesiredFile {
  const urls = mirrors.map(({ base }) => baseUrl(base))
  return {
    path: `${mirrorsDir}/${encodeURIComponent(name)}.toml`,
    content: `${BANNER}\nmirrors = ${JSON.stringify(urls)}\n`,
    secret: false,
    effect: 'immediate',
    why: `mirrors of ${name}`,
    registry: name,
    owns: { kind: 'whole', format: 'toml' },
  }
}
