/** What a runtime contacts for each registry before a plan is carried out and after it. Reads, never writes. */
import { isDeepStrictEqual } from 'node:util'
import type { ContactedEndpoint, EndpointChange, Endpoints } from '../model/endpoint-change.ts'
import { issueText } from '../model/errors.ts'
import { sha256Hex } from '../model/sha256.ts'
import type { Reader } from '../system/reader.ts'
import type { EffectiveEndpoint, PullRoute } from '../targets/pull-route.ts'
import type { PlannedFile, Target } from '../targets/target.ts'
import type { Step } from './step.ts'

/** A runtime, the node as it sees it, and what it is about to change there. */
export interface ChangedNode {
  readonly name: string
  readonly target: Target
  readonly snapshot: unknown
  readonly steps: readonly Step[]
}

export async function endpointChanges(
  { name, target, snapshot, steps }: ChangedNode,
  registries: readonly string[],
  node: Reader,
): Promise<readonly EndpointChange[]> {
  const files = steps.map(({ path, after }) => ({ path, bytes: after?.bytes }))
  const later = target.planned(snapshot, files)
  const digests = { before: digestReader(node, []), after: digestReader(node, files) }
  const changes: EndpointChange[] = []
  for (const registry of [...new Set(registries)].sort()) {
    const before = await describe(target.endpoints(snapshot, imageOf(registry)), digests.before)
    const after = await describe(target.endpoints(later, imageOf(registry)), digests.after)
    const [was, is] = [before.map(({ compared }) => compared), after.map(({ compared }) => compared)]
    const shown = (routes: typeof before) => routes[0]?.shown ?? { endpoints: [] }
    changes.push({
      ...{ target: name, registry, equal: isDeepStrictEqual(was, is) },
      ...{ before: shown(before), after: shown(after) },
    })
  }
  return changes
}

/** Any image of the registry; `*` stands for one that has no entry of its own. */
function imageOf(registry: string): string {
  return `${registry === '*' ? 'any-other.registry.invalid' : registry}/library/any:latest`
}

type DigestOf = (file: string) => Promise<string | undefined>

/** A certificate may move, so its content counts. */
function digestReader(node: Reader, files: readonly PlannedFile[]): DigestOf {
  const written = new Map(files.map(({ path, bytes }) => [path, bytes]))
  return async file => {
    const bytes = written.has(file) ? written.get(file) : await node.read(file)
    return bytes && sha256Hex(bytes)
  }
}

async function describe(routes: readonly PullRoute[], digestOf: DigestOf) {
  return await Promise.all(
    routes.map(async ({ endpoints, failure, unknown }) => {
      const problem = failure ?? unknown
      const distinct = endpoints.filter(({ url }, i) => endpoints.findIndex(other => other.url === url) === i)
      const shown: Endpoints = {
        endpoints: distinct.map(contacted),
        ...(problem && {
          problem: issueText({ message: problem.message, file: problem.file, line: problem.line }),
        }),
      }
      const certificates = await Promise.all(distinct.map(endpoint => certificatesOf(endpoint, digestOf)))
      const compared = distinct.map((endpoint, i) => ({
        url: endpoint.url,
        capabilities: endpoint.capabilities.filter(one => one !== 'push').toSorted(),
        skipVerify: endpoint.skipVerify,
        certificates: certificates[i],
      }))
      return { shown, compared: problem === undefined ? compared : problem.message }
    }),
  )
}

function contacted({
  url,
  capabilities,
  skipVerify,
  ca,
  client,
  header,
}: EffectiveEndpoint): ContactedEndpoint {
  return {
    url,
    capabilities: capabilities.filter(one => one !== 'push'),
    ...(skipVerify && { skip_verify: true }),
    ...(ca.length > 0 && { ca }),
    ...(client.length > 0 && { client: client.map(({ cert }) => cert) }),
    ...(header.length > 0 && { header }),
  }
}

async function certificatesOf({ ca, client }: EffectiveEndpoint, digestOf: DigestOf) {
  const files = [...ca, ...client.flatMap(({ cert, key }) => [cert, ...(key ? [key] : [])])]
  return await Promise.all(files.map(digestOf))
}
