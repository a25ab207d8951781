/** An endpoint of a runtime as a probe requests it: with the texts of its files, and its headers. */
import { Failure } from '../../model/errors.ts'
import { type ApiBase, baseUrl, type MirrorList, mayResolve } from '../../model/registry.ts'
import type { TracedEndpoint } from '../../probe/trace-pull.ts'
import type { Reader } from '../../system/reader.ts'
import type { Conduct, EffectiveEndpoint, ImageName } from '../../targets/pull-route.ts'

/** `list`: its mirrors may name private hosts that they redirect to. */
export async function openTracedEndpoint(
  endpoint: EffectiveEndpoint,
  { headers, waits }: Conduct,
  { registry, repository, reference }: ImageName,
  node: Reader,
  list: MirrorList | undefined,
): Promise<TracedEndpoint> {
  const { url, plainUrl, ns, skipVerify, ca, client, role, capabilities } = endpoint
  const base = baseOf(url)
  return {
    ...{ registry, role, base, skipVerify, header: headers },
    ...(plainUrl !== undefined && { alternatives: [baseOf(plainUrl)] }),
    resolves: reference.includes(':') ? capabilities.includes('pull') : mayResolve(endpoint),
    canary: { repository, reference, ...(ns !== undefined && { ns }) },
    ca: await Promise.all(ca.map(file => textOf(node, file))),
    ...(await clientOf(client, node)),
    redirects: redirectsOf(list, baseUrl(base)),
    dialTimeoutMs: Math.max(...waits.map(({ connectS }) => connectS)) * 1000,
  }
}

/** The API base of an endpoint of a runtime. */
export function baseOf(url: string): ApiBase {
  const { origin, pathname } = new URL(url)
  return { origin, path: pathname === '/' ? '' : pathname, form: 'exact' }
}

async function clientOf(
  [pair]: EffectiveEndpoint['client'],
  node: Reader,
): Promise<Pick<TracedEndpoint, 'client'>> {
  if (pair === undefined) return {}
  const { cert, key = cert } = pair
  return { client: { cert: await textOf(node, cert), key: await textOf(node, key) } }
}

async function textOf(node: Reader, file: string): Promise<string> {
  const bytes = await node.read(file)
  if (bytes !== undefined) return bytes.toString('utf8')
  throw new Failure('io', [
    { file, message: 'does not exist', hint: 'put it there, or explain without --probe' },
  ])
}

function redirectsOf(list: MirrorList | undefined, url: string): readonly string[] {
  const mirrors = list?.registries.flatMap(registry => registry.mirrors) ?? []
  return mirrors.find(({ base }) => baseUrl(base) === url)?.redirects ?? []
}
