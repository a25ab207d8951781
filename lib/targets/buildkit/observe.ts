/** Reads the state of BuildKit on a node. */
import { ownedValuesOf } from '../../ownership/managed-file.ts'
import { findProgram } from '../find-program.ts'
import { parseRelease, type Release } from '../release.ts'
import type { TomlFile } from '../toml-file.ts'
import type { Machine, View } from '../view.ts'
import { parseConfigFile } from './config/config-file.ts'
import { type Daemons, findDaemons, NO_DAEMONS } from './daemons.ts'
import { type BuildkitSettings, configPath } from './settings.ts'
import type { BuildkitSnapshot } from './snapshot.ts'

export async function observe(view: View, settings: BuildkitSettings): Promise<BuildkitSnapshot> {
  const { node, machine, state, user } = view
  const config = configPath(settings, user)
  const usual = configPath({ config: undefined }, user)
  const daemons = machine === undefined ? NO_DAEMONS : await findDaemons(machine.processes, config, usual)
  return {
    ...{ config, named: settings.config !== undefined },
    ...fileOf(config, await node.read(config)),
    setValues: ownedValuesOf(state.files[config]),
    written: Object.keys(state.files),
    release: await findRelease(settings.version, daemons, machine),
    daemons,
    installed: (await findProgram(node, ['buildkitd'])) !== undefined,
    ...{ onMachine: machine !== undefined, rootless: user !== undefined },
  }
}

export function fileOf(config: string, bytes: Buffer | undefined): Pick<BuildkitSnapshot, 'file' | 'faults'> {
  const file: ReturnType<typeof parseConfigFile> | undefined = bytes && parseConfigFile(config, bytes)
  if (file === undefined) return { file, faults: [] }
  return 'message' in file
    ? { file: undefined, faults: [file] }
    : { file: file satisfies TomlFile, faults: [] }
}

/** That of the list, else of the daemon that reads the file. */
export async function findRelease(
  version: string | undefined,
  { readers }: Daemons,
  machine: Pick<Machine, 'run'> | undefined,
): Promise<Release | undefined> {
  if (version !== undefined) return parseRelease(version)
  const program = readers.flatMap(daemon => daemon.program ?? [])[0]
  if (machine === undefined || program === undefined) return undefined
  const outcome = await machine.run(program, ['--version'])
  return outcome?.code === 0 ? releaseIn(outcome.stdout) : undefined
}

/** `buildkitd github.com/moby/buildkit v0.32.2 73ed6825…` (cmd/buildkitd/main.go:128@v0.32.2). */
function releaseIn(output: string): Release | undefined {
  const [, word] = /^buildkitd\s+\S+\s+v?(\d+\.\d+\.\d+)/.exec(output) ?? []
  return word === undefined ? undefined : parseRelease(word)
}
