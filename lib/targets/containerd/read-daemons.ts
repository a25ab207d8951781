/** The containerd that runs, also where regmirror must not write its config.toml but a file that this imports. */
import path from 'node:path'
import { atLeast, parseRelease } from '../release.ts'
import type { View } from '../view.ts'
import { importsOf } from './config/config-toml.ts'
import type { ParsedConfig } from './config/parsed-config.ts'
import { readConfigs } from './config/read-configs.ts'
import { type Daemons, findDaemons, NO_DAEMONS, type RunningDaemon } from './daemon.ts'
import { isDockersOwn } from './distribution.ts'
import { readInstalled } from './installed.ts'
import { type ContainerdSettings, containerdSettings } from './settings.ts'

/** The config.toml of the daemon that runs, and the file beside it that regmirror may write. */
interface DropIn {
  readonly main: string
  readonly path: string
}

/** Imports are sorted by name, and the last one counts. */
const NAME = 'zz-regmirror.toml'

/**
 * Where the only containerd with CRI reads a file that no list may name, such as one below /usr. 2.x merges imports deeply; 1.x
 * replaces whole sections (cmd/containerd/server/config/config.go:616@v2.3.4).
 */
async function findDropIn(
  { machine, node }: View,
  settings: ContainerdSettings,
  { readers, others, doubted }: Daemons,
): Promise<DropIn | undefined> {
  const [other, ...more] = others.filter(daemon => !isDockersOwn(daemon))
  const isOnly = readers.length + doubted.length + more.length === 0
  if (other === undefined || !isOnly || settings.configNamed || isWritable(other)) return undefined
  const { installed } = await readInstalled(machine, { readers: [other], others: [], doubted: [] })
  const release = settings.version === undefined ? installed : parseRelease(settings.version)
  if (release === undefined || !atLeast(release, '2.0.0')) return undefined
  const { files } = await readConfigs(node, other.config, release)
  const file = importedPlace(files[0])
  return file === undefined ? undefined : { main: other.config, path: file }
}

function isWritable({ config, distribution }: RunningDaemon): boolean {
  return distribution !== undefined || isNameable(config)
}

function isNameable(config: string): boolean {
  return containerdSettings.check({ config }, []).length === 0
}

/** A file that the last import would match, such as `/etc/containerd/conf.d/*.toml`: what it sets counts. */
function importedPlace(main: ParsedConfig | undefined): string | undefined {
  const entry = main === undefined ? undefined : importsOf(main).at(-1)
  if (main === undefined || entry === undefined || !/^[^*?[\]\\]*\/\*\.toml$/.test(entry)) return undefined
  const place = path.resolve(path.dirname(main.path), path.dirname(entry), NAME)
  return isNameable(place) ? place : undefined
}

export async function readDaemons(
  view: View,
  settings: ContainerdSettings,
): Promise<Daemons & { readonly config: string | undefined; readonly dropIn: DropIn | undefined }> {
  const { machine, node } = view
  if (machine === undefined) return { ...NO_DAEMONS, config: undefined, dropIn: undefined }
  const found = await findDaemons(machine.processes, node, settings.config)
  const dropIn = settings.config === false ? undefined : await findDropIn(view, settings, found)
  if (dropIn === undefined) return { ...found, dropIn }
  return { ...(await findDaemons(machine.processes, node, dropIn.main)), dropIn }
}
