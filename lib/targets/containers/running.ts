/** The programs of this machine that read the files of containers/image once, and keep what they have read. */
import { isTable } from '../../formats/is-table.ts'
import { readDocument } from '../../formats/toml/document.ts'
import type { Reader } from '../../system/reader.ts'
import type { TrustedProcess } from '../../system/trusted-processes.ts'
import type { Machine, View } from '../view.ts'

export interface RunningCrio {
  readonly pid: number
  /** Clock ticks after the start of the machine. */
  readonly startedAt: number
  readonly executable: string
  /** The unit of systemd that it runs in. */
  readonly unit?: string
  /** Whether it reads drop-ins again by itself (auto_reload_registries, CRI-O 1.30). */
  readonly reloads: boolean
}

export interface RunningPrograms {
  /** The one that was started first. */
  readonly crio?: RunningCrio
  /** A process with the name of CRI-O that is not trusted. */
  readonly doubted?: { readonly pid: number; readonly why: string }
  /** `podman system service`: it keeps what it has read, and SIGHUP ends it since Podman 5. */
  readonly service?: { readonly pid: number; readonly unit?: string }
}

const NO_PROGRAMS: RunningPrograms = {}

/** A user runs no CRI-O, which reads the files of root. */
export async function findPrograms({
  machine,
  node,
  user,
}: Pick<View, 'machine' | 'node' | 'user'>): Promise<RunningPrograms> {
  if (machine === undefined) return NO_PROGRAMS
  const service = await findService(machine)
  const crio = user === undefined ? await findCrio(machine, node) : {}
  return { ...crio, ...(service !== undefined && { service }) }
}

async function findCrio({ processes }: Machine, node: Reader): Promise<RunningPrograms> {
  const { trusted, untrusted } = await processes.find('crio', ['crio'])
  const [first] = trusted.toSorted((a, b) => a.startedAt - b.startedAt)
  const [doubted] = untrusted
  return {
    ...(first !== undefined && { crio: await describeCrio(first, node) }),
    ...(first === undefined && doubted !== undefined && { doubted: { pid: doubted.pid, why: doubted.why } }),
  }
}

async function describeCrio(process: TrustedProcess, node: Reader): Promise<RunningCrio> {
  const { identity, startedAt, executable, origin, args } = process
  return {
    ...{ pid: identity.pid, startedAt, executable },
    ...(origin.unit !== undefined && { unit: origin.unit }),
    reloads: args.some(arg => /^--auto-reload-registries(=true)?$/.test(arg)) || (await isSetToReload(node)),
  }
}

async function findService({ processes }: Pick<Machine, 'processes'>): Promise<RunningPrograms['service']> {
  const { trusted } = await processes.find('podman', ['podman'])
  const found = trusted.find(({ args }) => args.includes('system') && args.includes('service'))
  return found && { pid: found.identity.pid, ...(found.origin.unit && { unit: found.origin.unit }) }
}

const MAIN = '/etc/crio/crio.conf'
const DROP_INS = '/etc/crio/crio.conf.d'

/** The last file counts (pkg/config/config.go UpdateFromPath@v1.36.3). */
async function isSetToReload(node: Reader): Promise<boolean> {
  const names = ((await node.entries(DROP_INS)) ?? []).map(({ name }) => `${DROP_INS}/${name}`)
  let value = false
  for (const file of [MAIN, ...names]) {
    const isFile = (await node.facts(file))?.type === 'file'
    const text = isFile ? (await node.read(file))?.toString('utf8') : undefined
    value = settingIn(text ?? '') ?? value
  }
  return value
}

function settingIn(text: string): boolean | undefined {
  const read = readDocument(text)
  const crio = 'value' in read ? read.value.crio : undefined
  const image = isTable(crio) ? crio.image : undefined
  const value = isTable(image) ? image.auto_reload_registries : undefined
  return typeof value === 'boolean' ? value : undefined
}
