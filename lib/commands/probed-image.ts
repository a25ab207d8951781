/** The registry and the image that a probe of URLs is about. Pure. */
import { parseRegistryName } from '../list/values/registry-name.ts'
import { Failure } from '../model/errors.ts'
import { isRefused } from '../model/refused.ts'

export interface ProbedImage {
  /** Undefined: no flag names one. */
  readonly registry: string | undefined
  readonly canary: string | undefined
}

/** An image may name its registry, as in a pull. Throws Failure `usage`. */
export function readProbedImage(registry: string | undefined, image: string | undefined): ProbedImage {
  const given = registry === undefined ? undefined : registryName(registry)
  if (image === undefined) return { registry: given, canary: undefined }
  const { named, rest } = splitImage(image)
  if (given !== undefined && named !== undefined && given !== named)
    throw usage(`--image is of ${named}, but --registry is ${given}`, 'remove --registry')
  const found = named ?? given ?? 'docker.io'
  return { registry: found, canary: found === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest }
}

function registryName(text: string): string {
  const parsed = parseRegistryName(text)
  if (isRefused(parsed)) throw usage(`--registry: ${parsed.message}`, parsed.hint)
  if (parsed.name === '*') throw usage('--registry must name one registry', 'write its name, such as quay.io')
  return parsed.name
}

/** The first part is a registry where it looks like a host. */
function splitImage(image: string): { readonly named: string | undefined; readonly rest: string } {
  const slash = image.indexOf('/')
  const first = image.slice(0, Math.max(0, slash))
  const parsed = first === 'localhost' || /[.:]/.test(first) ? parseRegistryName(first) : undefined
  if (parsed === undefined || isRefused(parsed)) return { named: undefined, rest: image }
  return { named: parsed.name, rest: image.slice(slash + 1) }
}

function usage(message: string, hint: string | undefined): Failure {
  return new Failure('usage', [{ message, hint }])
}
