/** nerdctl.toml as nerdctl reads it, or why every command of nerdctl fails with it. Pure. */
import type { Issue } from '../../model/errors.ts'
import { type Leaf, misfits, type Shape } from '../hosts-toml/read/shape.ts'
import { readTomlFile, type TomlFile } from '../toml-file.ts'

const string: Leaf = { name: 'a string', fits: value => typeof value === 'string' }
const boolean: Leaf = { name: 'true or false', fits: value => typeof value === 'boolean' }
const strings: Leaf = {
  name: 'an array of strings',
  fits: value => Array.isArray(value) && value.every(item => typeof item === 'string'),
}

/** Its keys (pkg/config/config.go:28-53@v2.3.5). */
const KEYS: Readonly<Record<string, Leaf>> = {
  ...{ debug: boolean, debug_full: boolean, address: string, namespace: string, snapshotter: string },
  ...{ cni_path: string, cni_netconfpath: string, data_root: string, cgroup_manager: string },
  ...{ insecure_registry: boolean, hosts_dir: strings, experimental: boolean, host_gateway_ip: string },
  ...{ bridge_ip: string, kube_hide_dupe: boolean, cdi_spec_dirs: strings, userns_remap: string },
  ...{ dns: strings, dns_opts: strings, dns_search: strings, disable_hc_systemd: boolean },
  selinux_enabled: boolean,
}

const FILE: Shape = { known: KEYS }

/** cmd/nerdctl/main.go:155-160@v2.3.5 */
const FAILS = 'every command of nerdctl fails'

/** The file, or the first reason why nerdctl refuses it. */
export function parseConfigFile(path: string, bytes: Buffer): TomlFile | Issue {
  const read = readConfigFile(path, bytes)
  if ('message' in read) return read
  const [misfit] = misfits(read.value, FILE)
  if (misfit === undefined) return read
  return {
    file: path,
    ...read.locateKey(misfit.path),
    message: `${misfit.message}: ${FAILS}`,
    hint: 'correct it',
  }
}

/** The same, whatever its keys and their types are. */
export function readConfigFile(path: string, bytes: Buffer): TomlFile | Issue {
  return readTomlFile(path, bytes, FAILS)
}

/** Keys that nerdctl 2.3.5 does not know. The decoder ignores the case of a key. */
export function unknownKeys({ value }: Pick<TomlFile, 'value'>): readonly string[] {
  return Object.keys(value).filter(key => !Object.hasOwn(KEYS, key.toLowerCase()))
}

/** The value of a key, in whatever case it is written. */
export function keyValue(file: Pick<TomlFile, 'value'> | undefined, key: string): unknown {
  const found = Object.entries(file?.value ?? {}).findLast(([name]) => name.toLowerCase() === key)
  return found?.[1]
}

export function fileOf(
  config: string,
  bytes: Buffer | undefined,
): { readonly file: TomlFile | undefined; readonly faults: readonly Issue[] } {
  const file: ReturnType<typeof parseConfigFile> | undefined = bytes && parseConfigFile(config, bytes)
  if (file === undefined) return { file, faults: [] }
  return 'message' in file ? { file: undefined, faults: [file] } : { file, faults: [] }
}

/** `hosts_dir`, else the usual ones. */
export function usedDirectories(
  file: Pick<TomlFile, 'value'> | undefined,
  usual: readonly string[],
): readonly string[] {
  const named = keyValue(file, 'hosts_dir')
  return Array.isArray(named) ? named.filter(item => typeof item === 'string') : usual
}
