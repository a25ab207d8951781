/** Reads what the rules of Docker need. */
import type { Unread } from '../../../model/finding.ts'
import type { CheckedFile, Observation } from '../../rule.ts'
import type { View } from '../../view.ts'
import type { DockerSnapshot } from '../snapshot.ts'

export interface ObservedDocker {
  readonly snapshot: DockerSnapshot
}

export async function observeDocker(
  snapshot: DockerSnapshot,
  _view: View,
  unread: readonly Unread[],
): Promise<Observation<ObservedDocker>> {
  const { config, certsDir } = snapshot
  return {
    observed: { snapshot },
    files: checkedFiles(snapshot),
    blind: [
      ...(unread.some(({ file }) => file === config.path) ? (['config'] as const) : []),
      ...(unread.some(({ file }) => file.startsWith(certsDir)) ? (['hosts'] as const) : []),
    ],
    about: [`${config.path}, ${certsDir}`],
  }
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
