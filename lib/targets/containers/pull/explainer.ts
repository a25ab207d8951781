/** What explain needs of containers/image besides its routes. */
import type { Notice } from '../../../model/report.ts'
import type { Explainer } from '../../explainer.ts'
import type { Conduct, EffectiveEndpoint, PullRoute, Wait } from '../../pull-route.ts'
import { observe } from '../observe.ts'
import { serviceNotices } from '../program-notices.ts'
import { isBefore, type Release } from '../release.ts'
import type { ContainersSettings } from '../settings.ts'
import type { Snapshot } from '../snapshot.ts'

export const containersExplainer: Explainer<ContainersSettings, Snapshot> = {
  observe: (view, settings) => observe(view, [], settings),
  version: ({ release }) => release?.name,
  notices: (snapshot): readonly Notice[] => serviceNotices(snapshot),
  startFiles: () => [],
  conduct: ({ release }, route: PullRoute): readonly Conduct[] =>
    route.endpoints.map(endpoint => ({
      // Each host gets only what auth.json has for it; credentials of a pull go to no other host (docker_image_src.go:140-146).
      credentials: { ofPull: endpoint.role === 'server' },
      waits: waitsOf(endpoint, release),
      headers: {},
    })),
}

const DIAL_S = 30

/** A host that its first request does not reach is not used again. Since Podman 5 once for https and once more for http; before, each of them also for the older API (detectProperties, image/docker/docker_client.go:961-1008@image/v5.39.2). */
function waitsOf({ plainUrl }: EffectiveEndpoint, release: Release | undefined): readonly Wait[] {
  const schemes = plainUrl === undefined ? 1 : 2
  const wait = (apis: number): Wait => ({
    ...{ connectS: DIAL_S * schemes * apis, oncePerPull: true, silent: { kind: 'hangs' } },
  })
  if (release !== undefined) return [wait(isBefore(release, 5) ? 2 : 1)]
  return [
    { releases: [{ from: '4.0', before: '5.0' }], ...wait(2) },
    { releases: [{ from: '5.0' }], ...wait(1) },
  ]
}
