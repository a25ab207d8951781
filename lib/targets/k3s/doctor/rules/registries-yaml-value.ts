/** A value of a type that its reader cannot decode keeps the node from starting (registries.go:38-56, types.go@v0.7.1). Pure. */
import { isTable } from '../../../../formats/is-table.ts'
import type { Found, Rule } from '../../../rule.ts'
import type { RegistriesFile } from '../../registries-file.ts'
import type { ObservedK3s } from '../observe-node.ts'

export const registriesYamlValue: Rule<ObservedK3s> = {
  code: 'registries_yaml_value',
  severity: 'error',
  part: 'config',
  title: '`registries.yaml` has a value of the wrong type',
  find: ({ file, snapshot: { distribution } }) =>
    file === undefined
      ? []
      : misfits(file).map(misfit => ({ ...misfit, consequence: `${distribution.title} does not start` })),
}

type Misfit = Omit<Found, 'consequence'>

function misfits(file: RegistriesFile): readonly Misfit[] {
  return ['mirrors', 'configs'].flatMap(section => {
    const value = file.value[section]
    if (value === undefined || value === null) return []
    if (!isTable(value))
      return [misfit(file, [section], 'a table', 'write its entries as "name:" on lines of their own')]
    return Object.entries(value).flatMap(([name, entry]) => entryMisfits(file, section, name, entry))
  })
}

function entryMisfits(
  file: RegistriesFile,
  section: string,
  name: string,
  entry: unknown,
): readonly Misfit[] {
  if (entry === undefined || entry === null) return []
  const at = [section, name]
  if (!isTable(entry)) return [misfit(file, at, 'a table', 'write its keys on lines of their own, indented')]
  const { endpoint, rewrite, tls, auth } = entry
  const tables = section === 'mirrors' ? { rewrite } : { tls, auth }
  return [
    ...(section !== 'mirrors' || isStrings(endpoint)
      ? []
      : [misfit(file, [...at, 'endpoint'], 'a list of strings', 'write endpoint: ["https://…"]')]),
    ...Object.entries(tables)
      .filter(([, value]) => value !== undefined && value !== null && !isTable(value))
      .map(([key]) =>
        misfit(file, [...at, key], 'a table', 'write its keys on lines of their own, indented'),
      ),
  ]
}

function isStrings(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return Array.isArray(value) && value.every(item => typeof item === 'string')
}

function misfit(file: RegistriesFile, path: readonly string[], expected: string, cure: string): Misfit {
  return { file: file.path, ...file.locateKey(path), problem: `${path.at(-1)} must be ${expected}`, cure }
}
