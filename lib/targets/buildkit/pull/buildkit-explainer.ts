/** What explain needs of BuildKit besides its routes. */
import type { Explainer } from '../../explainer.ts'
import type { Conduct, PullRoute } from '../../pull-route.ts'
import { observeRunning } from '../observe-running.ts'
import type { BuildkitSettings } from '../settings.ts'
import type { BuildkitSnapshot } from '../snapshot.ts'

export const buildkitExplainer: Explainer<BuildkitSettings, BuildkitSnapshot> = {
  observe: observeRunning,
  version: ({ release }) => release?.name,
  notices: ({ config, daemons }) =>
    daemons.readers.length === 0
      ? []
      : daemons.others.map(({ pid, config: other }) => ({
          code: 'other_config',
          message: `buildkitd (process ${pid}) reads ${other}, not ${config}`,
          target: 'buildkit',
        })),
  startFiles: ({ config, file }) => (file === undefined ? [] : [config]),
  conduct: (_snapshot, { endpoints }: PullRoute) => endpoints.map(() => CONDUCT),
}

/**
 * 30 s to connect, no limit for a response (util/resolver/resolver.go:200-214@v0.32.2); credentials are those of the client
 * that builds, for the host of the endpoint (util/resolver/authorizer.go:134-162@v0.32.2).
 */
const CONDUCT: Conduct = {
  credentials: { ofPull: false },
  waits: [{ connectS: 30, silent: { kind: 'hangs' } }],
  headers: {},
}
