/** What explain needs of nerdctl besides its routes. */
import type { Explainer } from '../../explainer.ts'
import { secondsOf } from '../../hosts-toml/read/go-values.ts'
import type { EffectiveEndpoint, Wait } from '../../pull-route.ts'
import { observe } from '../observe.ts'
import type { NerdctlSettings } from '../settings.ts'
import type { NerdctlSnapshot } from '../snapshot.ts'

export const nerdctlExplainer: Explainer<NerdctlSettings, NerdctlSnapshot> = {
  observe: (view, settings) => observe(view, [], settings),
  version: ({ release }) => release?.name,
  notices: () => [],
  startFiles: () => [],
  // Credentials are those of the docker config of the user, for the host of the endpoint (dockerconfigresolver.go:186@v2.3.5).
  conduct: (_snapshot, { endpoints }) =>
    endpoints.map(one => ({ credentials: { ofPull: false }, waits: [waitOf(one)], headers: {} })),
}

/** The client of containerd 2.3 waits 30 s for a connection and for a response (core/remotes/docker/registry.go:256-264@v2.3.4). */
function waitOf({ dialTimeout }: EffectiveEndpoint): Wait {
  return { connectS: secondsOf(dialTimeout) || 30, silent: { kind: 'next', afterS: 30 } }
}
