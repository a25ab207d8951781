/** Reasons why nerdctl would not use the files of a list. Pure. */
import type { Issue } from '../../model/errors.ts'
import type { Registry } from '../../model/registry.ts'
import { hasBanner } from '../../ownership/banner.ts'
import type { Choices } from '../choices.ts'
import { directoryName } from '../hosts-toml/directory-name.ts'
import type { RegistryDirectory } from '../hosts-toml/registry-directory.ts'
import { keyValue } from './config-file.ts'
import { writerOf } from './other-writers.ts'
import type { NerdctlSnapshot } from './snapshot.ts'

export function conflicts(
  registries: readonly Registry[],
  snapshot: NerdctlSnapshot,
  { takeOver }: Choices,
): readonly Issue[] {
  return [
    ...snapshot.faults,
    ...insecureConflict(snapshot),
    ...caseConflict(snapshot),
    ...twinConflicts(registries, snapshot),
    ...(takeOver ? [] : writerConflicts(registries, snapshot)),
  ]
}

/**
 * nerdctl 2.3 with containerd 2 then uses a directory of its own in place of hosts_dir (pkg/imgutil/transfer.go:82-90@v2.3.5);
 * older releases verify no certificate.
 */
function insecureConflict({ file }: NerdctlSnapshot): readonly Issue[] {
  if (file === undefined || keyValue(file, 'insecure_registry') !== true) return []
  const message =
    'insecure_registry = true: nerdctl 2.3 uses no mirror, and older releases do not verify the certificate of any'
  const hint = 'remove it, and set skip_verify = true in the list for each host that needs it'
  return [{ file: file.path, ...file.locateKey(['insecure_registry']), message, hint }]
}

/** The decoder of nerdctl reads `Hosts_dir` too: two spellings of one key would both count. */
function caseConflict({ file }: NerdctlSnapshot): readonly Issue[] {
  const key = Object.keys(file?.value ?? {}).find(
    name => name !== 'hosts_dir' && name.toLowerCase() === 'hosts_dir',
  )
  if (file === undefined || key === undefined) return []
  const message = `nerdctl reads ${key} as hosts_dir, which regmirror sets`
  return [{ file: file.path, ...file.locateKey([key]), message, hint: 'write it in lower case' }]
}

/** `host_port_` is read before `host:port` (core/remotes/docker/config/config_unix.go:25-36@v2.3.4). */
function twinConflicts(registries: readonly Registry[], snapshot: NerdctlSnapshot): readonly Issue[] {
  return registries.flatMap(({ name }) => {
    const twin = name.replace(/:(\d+)$/, '_$1_')
    if (twin === name || directoryOf(twin, snapshot) === undefined) return []
    const message = `nerdctl reads this directory instead of ${name}`
    const hint = 'move its mirrors to the list, then remove the directory'
    return [{ file: `${snapshot.hostsDir}/${twin}`, message, hint }]
  })
}

function directoryOf(
  name: string,
  { directories, hostsDir }: NerdctlSnapshot,
): RegistryDirectory | undefined {
  return directories[hostsDir]?.find(directory => directory.name === name)
}

/** Files of a listed registry that another program would write again. */
function writerConflicts(registries: readonly Registry[], snapshot: NerdctlSnapshot): readonly Issue[] {
  const spegel = directoryOf('_backup', snapshot) === undefined ? undefined : 'spegel'
  return registries.flatMap(({ name }) => {
    const hosts = directoryOf(directoryName(name), snapshot)?.hosts
    if (hosts === undefined || hasBanner(hosts.bytes)) return []
    const file = `${snapshot.hostsDir}/${directoryName(name)}/hosts.toml`
    const found = writerOf(file, hosts.bytes.toString('utf8'))
    const writer = found?.live ? found.name : spegel
    if (writer === undefined) return []
    const message = `${writer} writes this file and would overwrite the mirrors of the list`
    return [{ file, message, hint: `remove ${name} from the list, or take the file over: --take-over` }]
  })
}
