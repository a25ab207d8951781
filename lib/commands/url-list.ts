/** The list that the arguments of a probe stand for. Pure. */
import type {
  WrittenConnection,
  WrittenDefaults,
  WrittenList,
  WrittenMirror,
  WrittenRegistry,
} from '../list/written.ts'
import { Failure, type Issue } from '../model/errors.ts'
import type { Path, Problem } from '../model/problem.ts'
import { isRefused } from '../model/refused.ts'
import { alternatives } from './flag-types.ts'
import { readMirrorUrl } from './mirror-url.ts'
import type { ProbeFlags } from './probe-flags.ts'
import { type ProbedImage, readProbedImage } from './probed-image.ts'

/** What URLs mirror unless a flag names a registry. */
const USUAL = 'docker.io'

/**
 * Only the mirrors count, so the registry's own server is left out. `preset` is a list whose mirrors are probed after
 * those of the URLs. Throws Failure `usage`.
 */
export function makeUrlList(flags: ProbeFlags, preset: WrittenList | undefined): WrittenList {
  const urls = readUrls(flags.url)
  const probed = readProbedImage(flags.registry, flags.image)
  const { timeout } = flags
  return {
    version: 1,
    defaults: { ...presetDefaults(preset), ...connectionOf(flags), fallback: false },
    registries: registriesOf(urls, probed, preset),
    ...(timeout !== undefined && { health: { timeout } }),
  }
}

function readUrls(typed: readonly string[]): readonly string[] {
  const read = typed.map(readMirrorUrl)
  const issues = read.flatMap((url, i): Issue[] => (isRefused(url) ? [{ file: argument(i), ...url }] : []))
  if (issues.length > 0) throw new Failure('usage', issues)
  return read.flatMap(one => (isRefused(one) ? [] : one.url))
}

function argument(index: number): string {
  return `argument ${index + 1}`
}

function registriesOf(
  urls: readonly string[],
  { registry, canary }: ProbedImage,
  preset: WrittenList | undefined,
): WrittenList['registries'] {
  const own = registry ?? USUAL
  const all: Record<string, WrittenRegistry> = {}
  for (const [name, written] of Object.entries(preset?.registries ?? {}))
    if (registry === undefined || name === registry) all[name] = mirrorsOnly(written)
  const mirrors = [...urls, ...(all[own]?.mirrors ?? [])]
  if (mirrors.length > 0) all[own] = { ...all[own], mirrors, ...(canary !== undefined && { canary }) }
  if (Object.keys(all).length === 0) throw notInPreset(own, preset)
  return all
}

function mirrorsOnly({ mirrors = [], canary }: WrittenRegistry): WrittenRegistry {
  return { mirrors, ...(canary !== undefined && { canary }) }
}

/** The list as it is probed: whatever a node would use a mirror for, the probe finds out whether it serves pulls by tag. */
export function withEveryCapability(list: WrittenList): WrittenList {
  const registries = Object.entries(list.registries).map(([name, written]) => [name, resolving(written)])
  const { capabilities: _, ...defaults } = list.defaults ?? {}
  return { ...list, defaults, registries: Object.fromEntries(registries) }
}

function resolving({ mirrors = [], canary }: WrittenRegistry): WrittenRegistry {
  const connections = mirrors.map(mirror =>
    typeof mirror === 'string' ? mirror : withoutCapabilities(mirror),
  )
  return { mirrors: connections, ...(canary !== undefined && { canary }) }
}

function withoutCapabilities({ capabilities: _, ...mirror }: WrittenMirror): WrittenMirror {
  return mirror
}

function presetDefaults(preset: WrittenList | undefined): Omit<WrittenDefaults, 'fallback'> {
  const { fallback: _, ...defaults } = preset?.defaults ?? {}
  return defaults
}

function notInPreset(registry: string, preset: WrittenList | undefined): Failure {
  const known = alternatives(Object.keys(preset?.registries ?? {}))
  return new Failure('usage', [{ message: `the preset has no mirror of ${registry}`, hint: `use ${known}` }])
}

/** How every mirror is reached. */
function connectionOf(
  flags: Pick<ProbeFlags, 'ca' | 'clientCert' | 'clientKey' | 'headerFile' | 'skipVerify'>,
): WrittenConnection {
  const { ca, clientCert: cert, clientKey: key, skipVerify } = flags
  const header = Object.fromEntries(flags.headerFile.map(readHeaderFile))
  if ((cert === undefined) !== (key === undefined))
    throw new Failure('usage', [
      { message: '--client-cert and --client-key require each other', hint: 'add the other one' },
    ])
  return {
    ...(ca.length > 0 && { ca }),
    ...(cert !== undefined && key !== undefined && { client: { cert, key } }),
    ...(flags.headerFile.length > 0 && { header }),
    ...(skipVerify && { skip_verify: true }),
  }
}

/** Never quoted: it may be the value itself. */
function readHeaderFile(given: string): readonly [name: string, value: { readonly file: string }] {
  const [, name, file] = /^([^=:\s]+)=(.+)$/s.exec(given) ?? []
  if (name !== undefined && file !== undefined) return [name, { file }]
  const message = '--header-file is not NAME=FILE'
  const hint = 'save the value of the header in a file: other users can see the words of a command line'
  throw new Failure('usage', [{ message, hint }])
}

/** Problems of that list, by the arguments that they come from. `urls` is the number of URLs. */
export function argumentFailure(problems: readonly Problem[], urls: number): Failure {
  const issues = problems.map(({ path, message, hint }) => ({ file: argumentOf(path, urls), message, hint }))
  return new Failure('usage', issues)
}

const ARGUMENTS: readonly (readonly [path: RegExp, argument: string])[] = [
  [/^health/, '--timeout'],
  [/^defaults\.ca/, '--ca'],
  [/^defaults\.client\.key/, '--client-key'],
  [/^defaults\.client/, '--client-cert'],
  [/^defaults\.header/, '--header-file'],
  [/\.canary$/, '--image'],
  [/\.mirrors/, '--preset'],
]

function argumentOf(path: Path, urls: number): string {
  const [, , list, index] = path
  if (list === 'mirrors' && typeof index === 'number' && index < urls) return argument(index)
  return ARGUMENTS.find(([pattern]) => pattern.test(path.join('.')))?.[1] ?? '--registry'
}
