/** `hosts_dir` of nerdctl.toml: the directory of the list must be the first. Pure. */
import { absolutePathProblem } from '../../model/plain-path.ts'
import type { OwnedValue } from '../../ownership/managed-file.ts'
import type { NerdctlSnapshot } from './snapshot.ts'

/** Whether it is a directory that a list may have. */
export function isUsable(directory: string): boolean {
  return absolutePathProblem(directory) === undefined
}

/**
 * The value, where the file needs one: nerdctl 2.3 with containerd 2 uses the first directory only
 * (pkg/imgutil/transfer.go:91@v2.3.5). The others stay after it for older releases, which look into each.
 */
export function hostsDirValue({ hostsDir, hostsDirs, setValues }: HostsDirs): OwnedValue | undefined {
  const path = ['hosts_dir']
  const isSet = setValues.some(value => value.path[0] === 'hosts_dir')
  if (hostsDirs[0] === hostsDir && !isSet) return undefined
  return { path, value: [hostsDir, ...hostsDirs.filter(directory => directory !== hostsDir)] }
}

type HostsDirs = Pick<NerdctlSnapshot, 'hostsDir' | 'hostsDirs' | 'setValues'>
