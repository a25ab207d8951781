/** Reads what the rules of Docker need. */
import type { Unread } from '../../../model/finding.ts'
import type { CheckedFile, Observation } from '../../rule.ts'
import type { Machine, View } from '../../view.ts'
import { findRefusal } from '../refusal.ts'
import type { DockerSnapshot } from '../snapshot.ts'

export interface ObservedDocker {
  readonly snapshot: DockerSnapshot
  /** Why the dockerd of this machine refuses the present file; undefined: it accepts it, or is not here. */
  readonly refused?: string
}

export async function observeDocker(
  snapshot: DockerSnapshot,
  { machine }: View,
  unread: readonly Unread[],
): Promise<Observation<ObservedDocker>> {
  const { config, certsDir } = snapshot
  const refused = machine && (await findRefused(snapshot, machine))
  return {
    observed: { snapshot, ...(refused !== undefined && { refused }) },
    files: checkedFiles(snapshot),
    blind: [
      ...(unread.some(({ file }) => file === config.path) ? (['config'] as const) : []),
      ...(unread.some(({ file }) => file.startsWith(certsDir)) ? (['hosts'] as const) : []),
    ],
    about: [`${config.path}, ${certsDir}`],
  }
}

/** A file that is not JSON is a finding of its own. The PATH of the daemon decides whether it finds its proxy program. */
async function findRefused(snapshot: DockerSnapshot, machine: Machine): Promise<string | undefined> {
  const { config, json } = snapshot
  if (config.found === undefined || json === undefined) return undefined
  const shown = { text: config.found.bytes.toString('utf8'), file: config.path }
  const reason = (await findRefusal(shown, snapshot, machine))?.reason
  return reason?.includes('userland-proxy-path') ? undefined : reason
}

function checkedFiles({ config, directories, certsDir }: DockerSnapshot): readonly CheckedFile[] {
  const main = config.found && [
    {
      path: config.path,
      text: config.found.bytes.toString('utf8'),
      mode: config.found.ownership.mode,
      format: 'json' as const,
    },
  ]
  const hosts = (directories[certsDir] ?? []).flatMap(({ name, hosts }) =>
    hosts === undefined
      ? []
      : [
          {
            path: `${certsDir}/${name}/hosts.toml`,
            text: hosts.bytes.toString('utf8'),
            mode: hosts.ownership.mode,
            format: 'toml' as const,
          },
        ],
  )
  return [...(main ?? []), ...hosts]
}
