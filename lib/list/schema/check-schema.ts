/** Checks the shape of a list. Pure: one problem for each mistake. */
import { isTable } from '../../formats/is-table.ts'
import type { Problem } from '../../model/problem.ts'
import type { KnownTargets } from '../../model/target-settings.ts'
import { nearest } from '../../wording/typos.ts'
import { pathKey } from '../written.ts'
import { schemaFinding } from './schema-finding.ts'
import type { SchemaFinding, SchemaProblem } from './schema-problem.ts'
import { schemaValidator } from './validator.ts'
import { valueKind } from './value-kind.ts'

/** Every problem with the shape of a list. The parts that they point to must not be read any further. */
export function checkSchema(value: unknown, targets: KnownTargets): readonly SchemaProblem[] {
  const version = versionProblem(value)
  if (version !== undefined) return [version]
  const validate = schemaValidator(targets)
  if (validate(value)) return []
  return withoutConsequences((validate.errors ?? []).map(error => schemaFinding(error, value)))
}

/** Without the right version, the format is unknown, and any other problem would be a guess. */
function versionProblem(value: unknown): Problem | undefined {
  if (!isTable(value)) return undefined
  if (!Object.hasOwn(value, 'version')) return missingVersion(value)
  if (value.version === 1) return undefined
  const hint =
    value.version === '1'
      ? 'write the number 1 without quotes'
      : 'write a list of version 1, or update regmirror'
  return { path: ['version'], message: `version must be 1, not ${valueKind(value.version)}`, hint }
}

function missingVersion(value: Record<string, unknown>): Problem {
  const keys = Object.keys(value).filter(key => !['registries', 'targets'].includes(key))
  const meant = nearest('version', keys)
  if (meant !== undefined)
    return { path: [meant], atKey: true, message: `unknown key "${meant}"`, hint: 'did you mean "version"?' }
  const hint = 'start the list with version = 1 (in YAML version: 1)'
  return { path: [], message: 'version is missing', hint }
}

/** One problem for one mistake: a misspelled key is not missing as well, and a value of a wrong type has no other faults. */
function withoutConsequences(findings: readonly SchemaFinding[]): readonly SchemaProblem[] {
  const misspelled = new Set(
    findings.filter(isUnknownKey).map(found => pathKey([...found.path.slice(0, -1), found.about ?? ''])),
  )
  const wrongType = new Set(
    findings.filter(found => found.keyword === 'type').map(found => pathKey(found.path)),
  )
  const seen = new Set<string>()
  return findings.filter(found => {
    const key = pathKey(found.path)
    if (/required$/i.test(found.keyword)) return !misspelled.has(pathKey([...found.path, found.about ?? '']))
    if (wrongType.has(key) && found.keyword !== 'type') return false
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function isUnknownKey(found: SchemaFinding): boolean {
  return found.keyword === 'additionalProperties'
}
