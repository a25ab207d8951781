/** Reasons why Docker would not start or reload with the new files, or would not use them. Pure. */
import type { Issue } from '../../model/errors.ts'
import type { Registry } from '../../model/registry.ts'
import { hasBanner } from '../../ownership/banner.ts'
import { onOneLine } from '../../wording/printable.ts'
import { directoryName } from '../hosts-toml/directory-name.ts'
import type { DesiredFile } from '../target.ts'
import { ownedValues } from './config.ts'
import { MIRRORS, mistypedKeys, repeatedKeys } from './daemon-json.ts'
import { type FoundFlag, flagsOf, KEY_OF } from './flags.ts'
import { writerOf } from './other-writers.ts'
import type { DockerSnapshot } from './snapshot.ts'

/** `hub`: docker.io of the list; `rendered`: daemon.json, where it can be written. */
export function configConflicts(
  hub: Registry | undefined,
  rendered: DesiredFile | undefined,
  snapshot: DockerSnapshot,
): readonly Issue[] {
  const { config, json, fault } = snapshot
  const isNeeded = ownedValues(hub, snapshot).length > 0 || snapshot.written.includes(config.path)
  if (hub === undefined && !isNeeded) return []
  const flags = flagConflicts(hub, snapshot)
  if (fault !== undefined) return isNeeded || hub ? [fault, ...flags] : flags
  if (json === undefined || !isNeeded) return flags
  const faults = [...repeatedKeys(config.path, json), ...mistypedKeys(config.path, json)]
  const hint = `set ${MIRRORS} by hand, or write the file again`
  const message = 'cannot be changed without touching anything else'
  const unwritable = rendered === undefined && faults.length === 0 && ownedValues(hub, snapshot).length > 0
  return [...faults, ...(unwritable ? [{ file: config.path, message, hint }] : []), ...flags]
}

/**
 * dockerd does not start where an option is a flag and a key, and refuses a reload (daemon/config/config.go
 * findConfigurationConflicts@v28.5.2). A mirror as a flag is also one that the list does not have.
 */
function flagConflicts(hub: Registry | undefined, snapshot: DockerSnapshot): readonly Issue[] {
  const written = new Set(ownedValues(hub, snapshot).map(({ path }) => path[0]))
  if (hub !== undefined) written.add(MIRRORS)
  const found = flagsOf(snapshot).filter(({ flag }) => written.has(KEY_OF[flag] ?? ''))
  return found.map(one => flagIssue(one, snapshot))
}

function flagIssue({ flag, value, file, line, pid }: FoundFlag, { config }: DockerSnapshot): Issue {
  const key = KEY_OF[flag] ?? flag
  const whose = pid === undefined ? '' : `dockerd (process ${pid}) was started with `
  const message = `${whose}${flag} ${onOneLine(value)}: dockerd does not start where ${key} is in ${config.path} too`
  const move = key === MIRRORS ? 'add it to the list' : `add it to ${key} in ${config.path}`
  const hint = `remove the flag, ${move}, then restart Docker`
  return { ...(file === undefined ? { file: config.path } : { file, line }), message, hint }
}

/** Files of a listed registry that another program would write again. */
export function writerConflicts(
  registries: readonly Registry[],
  { certsDir, directories }: Pick<DockerSnapshot, 'certsDir' | 'directories'>,
): readonly Issue[] {
  return registries.flatMap(({ name }) => {
    const hosts = directories[certsDir]?.find(one => one.name === directoryName(name))?.hosts
    if (hosts === undefined || hasBanner(hosts.bytes)) return []
    const file = `${certsDir}/${directoryName(name)}/hosts.toml`
    const writer = writerOf(file, hosts.bytes.toString('utf8'))
    if (!writer?.live) return []
    const message = `${writer.name} writes this file and would overwrite the mirrors of the list`
    return [{ file, message, hint: `remove ${name} from the list, or take the file over: --take-over` }]
  })
}
