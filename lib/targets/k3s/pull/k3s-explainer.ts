/** What explain needs of k3s besides its routes. */
import { isTable } from '../../../formats/is-table.ts'
import type { Explainer } from '../../explainer.ts'
import type { Conduct, PullRoute } from '../../pull-route.ts'
import { observe } from '../observe.ts'
import { tableIn } from '../registries-file.ts'
import type { K3sSettings } from '../settings.ts'
import type { K3sSnapshot } from '../snapshot.ts'

export const k3sExplainer: Explainer<K3sSettings, K3sSnapshot> = {
  /** The file that the k3s of the node reads, whatever the list names. */
  observe: view => observe(view, { config: undefined }),
  version: () => undefined,
  notices: ({ others }) =>
    others.map(other => ({
      code: 'other_config',
      message: `${other.title} is on this node too, and reads ${other.config}`,
      target: 'k3s',
    })),
  startFiles: ({ config, file }) => (file === undefined ? [] : [config]),
  conduct: (snapshot, { endpoints }: PullRoute) => endpoints.map(({ url }) => conductAt(snapshot, url)),
}

/** A login of registries.yaml goes to its host; credentials of the pull to every endpoint (pkg/cri of containerd). */
function conductAt({ file }: K3sSnapshot, url: string): Conduct {
  const { host } = new URL(url)
  const place =
    file && isTable(tableIn(file, 'configs', host).auth) && file.locateKey(['configs', host, 'auth'])
  return {
    credentials: {
      ofPull: true,
      ...(file && place && { ofNode: { file: file.path, line: place.line } }),
    },
    waits: [{ connectS: 30, silent: { kind: 'hangs' } }],
    headers: {},
  }
}
