/** What the HTTP client of nerdctl sends and accepts: that of the containerd that it is built with, or that pulls for it. */
import { PLAIN_CLIENT, type PullClient } from '../pull-client.ts'

/** go.mod@v2.3.5: containerd 2.4, of which 2.3.4 is the newest release. */
export const nerdctlClient: PullClient = {
  ...PLAIN_CLIENT,
  userAgent: 'containerd/2.3.4',
  // core/remotes/docker/fetcher.go open@v2.0.0
  fetchEncodings: 'zstd;q=1.0, gzip;q=0.8, deflate;q=0.5',
}
