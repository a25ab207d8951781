/** What toy contacts for an image: the mirrors of its registry, then the registry itself. Pure. */
import { formats } from '../../../lib/formats/index.ts'
import type { EffectiveEndpoint, PullRoute } from '../../../lib/targets/pull-route.ts'
import type { ToySnapshot } from './observe.ts'

const plain = {
  capabilities: ['pull', 'resolve'],
  skipVerify: false,
  ca: [],
  client: [],
  header: [],
} as const

export function endpoints({ mirrors, mirrorsDir }: ToySnapshot, name: string): readonly [PullRoute] {
  const [, registry = '', repository = '', reference = 'latest'] =
    /^([^/]+)\/([^:]+)(?::(.+))?$/.exec(name) ?? []
  const file = `${mirrorsDir}/${encodeURIComponent(registry)}.toml`
  const urls = formats.toml.valueAt(mirrors.get(registry) ?? '', ['mirrors'])
  const listed = (Array.isArray(urls) ? urls : []).map(
    (url): EffectiveEndpoint => ({ ...plain, url: String(url), role: 'mirror', source: { file } }),
  )
  const server: EffectiveEndpoint = { ...plain, url: `https://${registry}/v2`, role: 'server' }
  const image = { registry, repository, reference }
  return [{ image, endpoints: [...listed, server], ignored: [] }]
}
