/** What the containerd in k3s and RKE2 sends and accepts: that of the newest release. Pure. */
import { PLAIN_CLIENT, type PullClient } from '../pull-client.ts'

/** containerd v2.2 of k3s (go.mod@06ea261c). */
export const k3sPullClient: PullClient = { ...PLAIN_CLIENT, userAgent: 'containerd/v2.2.0-k3s1' }
