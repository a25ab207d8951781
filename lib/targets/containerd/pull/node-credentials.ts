/** Credentials and headers in config.toml that CRI sends to endpoints of a pull. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import type { Credentials } from '../../pull-route.ts'
import type { Release } from '../../release.ts'
import { effectiveRegistry, placeOfSetting, type Setting, valueAt } from '../config/merge.ts'
import type { ParsedConfig } from '../config/parsed-config.ts'

/**
 * `registry.configs."HOST".auth`, and `registry.auths`, which containerd turns into the former: used for the endpoint with
 * that host where the pull has no credentials (pkg/cri/server/image_pull.go:105-118@v1.7.24).
 */
export function nodeCredentials(
  files: readonly ParsedConfig[],
  host: string,
  reader: Release,
): Credentials['ofNode'] {
  const found = settings(files, 'configs', reader).findLast(
    ({ value }) => isTable(value) && isTable(value[host]) && isTable(value[host].auth),
  )
  if (found !== undefined) return placeBelow(found, host, 'auth')
  const older = settings(files, 'auths', reader)
  for (const setting of older) {
    const key = isTable(setting.value)
      ? Object.keys(setting.value).find(url => hostIn(url) === host)
      : undefined
    if (key !== undefined) return placeBelow(setting, key)
  }
  return undefined
}

/** `registry.headers`, which CRI sends to every endpoint; the headers of hosts.toml have priority. */
export function globalHeaders(
  files: readonly ParsedConfig[],
  reader: Release,
): Readonly<Record<string, string>> {
  const tables = settings(files, 'headers', reader).flatMap(({ value }) => (isTable(value) ? [value] : []))
  const entries = tables.flatMap(table => Object.entries(table))
  return Object.fromEntries(entries.map(([name, value]) => [name, String([value].flat()[0] ?? '')]))
}

function settings(files: readonly ParsedConfig[], key: string, reader: Release): readonly Setting[] {
  return effectiveRegistry(files, reader).sections.flatMap(({ file, table }) => {
    const value = valueAt(file, [...table, key])
    return value === undefined ? [] : [{ value, file, path: [...table, key] }]
  })
}

function placeBelow(setting: Setting, ...keys: string[]): NonNullable<Credentials['ofNode']> {
  const { file, line } = placeOfSetting({ ...setting, path: [...setting.path, ...keys] })
  return { file, line }
}

function hostIn(url: string): string {
  return /^(?:\w+:\/\/)?([^/]*)/.exec(url)?.[1] ?? ''
}
