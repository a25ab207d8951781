/** Values in hosts.toml for which containerd refuses the whole file (parseHostConfig, hosts.go:450-548@v2.3.4). Pure. */
import { isTable } from '../../../formats/is-table.ts'
import type { Capability } from '../../../model/registry.ts'
import { atLeast, type Release } from '../../release.ts'
import { knowsDialTimeout } from '../known-keys.ts'
import { isGoDuration } from './go-values.ts'
import type { HostKeys } from './hosts-keys.ts'

export interface HostFault {
  /** Absent: the address is at fault. */
  readonly key?: string
  readonly value?: unknown
  readonly reason: string
  readonly hint?: string
}

export const CAPABILITIES: readonly Capability[] = ['pull', 'resolve', 'push']

/** The first value that containerd refuses, in the order in which it reads them. */
export function faultIn(keys: HostKeys, reader: Release): HostFault | undefined {
  const checks: readonly (readonly [key: string, fits: (value: unknown) => boolean, reason: string])[] = [
    [
      'capabilities',
      value => wordsIn(value).every(word => knowsCapability(word, reader)),
      'capabilities holds a word that this containerd does not know',
    ],
    ['ca', value => isPath(value) || isPathList(value), 'ca is neither a path nor an array of paths'],
    [
      'client',
      value => isPath(value) || (Array.isArray(value) && value.every(item => isPath(item) || isPair(item))),
      'client is neither a path nor an array of paths or [certificate, key] pairs',
    ],
    ['header', isHeader, 'a header is neither a string nor an array of strings'],
    [
      'dial_timeout',
      value => !knowsDialTimeout(reader) || isDialTimeout(value),
      'dial_timeout is no duration',
    ],
  ]
  const found = checks.find(([key, fits]) => keys[key] !== undefined && !fits(keys[key]))
  return found && { key: found[0], value: keys[found[0]], reason: found[2] }
}

/** `referrers` came with 2.2.0 (hosts.go:461@v2.2.0). */
export function knowsCapability(word: string, reader: Release): boolean {
  return isCapability(word) || (word === 'referrers' && atLeast(reader, '2.2.0'))
}

function isCapability(word: string): word is Capability {
  return CAPABILITIES.some(capability => capability === word)
}

export function wordsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(word => String(word).toLowerCase()) : []
}

function isDialTimeout(value: unknown): boolean {
  return value === '' || isGoDuration(value)
}

export function isPath(value: unknown): value is string {
  return typeof value === 'string'
}

export function isPathList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isPath)
}

function isPair(value: unknown): boolean {
  return isPathList(value) && value.length === 2
}

function isHeader(value: unknown): boolean {
  return isTable(value) && Object.values(value).every(item => isPath(item) || isPathList(item))
}
