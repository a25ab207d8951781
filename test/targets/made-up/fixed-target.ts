/** The made-up runtime, but with the same files whatever the list says: some values in one TOML file, and others whole. */
import { formats } from '../../../lib/formats/index.ts'
import type { Effect } from '../../../lib/model/report.ts'
import type { OwnedValue } from '../../../lib/ownership/managed-file.ts'
import { containerdDialect } from '../../../lib/targets/containerd/dialect.ts'
import type { Daemon } from '../../../lib/targets/daemon.ts'
import { lossTable } from '../../../lib/targets/loss-table.ts'
import type { DesiredFile, Rendering, Target } from '../../../lib/targets/target.ts'
import { toy } from './toy.ts'

const everything = lossTable('tool', {})

export const CONFIG = '/etc/buildkit-tool/tool.toml'
/** The text of a new file. */
export const NEW = 'managed = true\n'

const common = { secret: false, why: 'for the test' }

interface Given {
  readonly values?: readonly OwnedValue[]
  readonly files?: readonly DesiredFile[]
  readonly effect?: Effect
  /** When its daemon was started; undefined: none runs. */
  readonly startedAt?: number
}

/** Renders these values in tool.toml, and these files. */
export function fixedTarget(title: string, { values = [], files = [], effect = 'reload', startedAt }: Given) {
  const daemon: Daemon =
    startedAt === undefined
      ? { state: 'unknown' }
      : { state: 'running', pid: 4711, startedAt, executable: '/usr/bin/tool' }
  const target: Target<object, string | undefined> = {
    title,
    settings: { schema: { type: 'object' }, check: () => [], resolve: () => ({}) },
    dialect: containerdDialect,
    losses: { tables: [everything], of: () => everything },
    detect: async () => undefined,
    documents: {},
    removal: 'immediate',
    pullClient: toy.pullClient,
    pathKeys: ['tool_dir'],
    observe: async ({ node }) => (await node.read(CONFIG))?.toString('utf8'),
    render: (_registries, text): Rendering => {
      const from = text ?? NEW
      const content = values.reduce((so, { path, value }) => formats.toml.set(so, path, value) ?? so, from)
      const owns = {
        kind: 'values',
        format: 'toml',
        values,
        ...(text === undefined && { created_from: NEW }),
      } as const
      const config = { ...common, path: CONFIG, content, effect, owns }
      const all = [...(values.length > 0 ? [config] : []), ...files]
      return { files: all, notices: [], conflicts: [], effect, held: [], kept: [] }
    },
    validate: async () => [],
    endpoints: () => [{ endpoints: [], ignored: [] }],
    planned: snapshot => snapshot,
    explainer: async () => ({
      observe: async ({ node }) => (await node.read(CONFIG))?.toString('utf8'),
      version: () => undefined,
      notices: () => [],
      startFiles: () => [CONFIG],
      conduct: () => [],
    }),
    read: async () => ({ registries: [], losses: [] }),
    writerOf: toy.writerOf,
    daemon: {
      activate: {
        reload: { command: `reload ${title}`, why: 'it reads the file again' },
        restart: { command: `restart ${title}`, why: 'it reads the file when it starts' },
      },
      find: () => daemon,
      findReader: async () => daemon,
      causes: /./,
      respond: async () => ({ serves: true, proof: 'it serves' }),
      environment: async () => undefined,
    },
    doctor: async () => ({
      observe: async snapshot => ({ observed: snapshot, files: [], blind: [], about: [] }),
      rules: [],
      unlisted: {},
    }),
  }
  return target
}

/** A whole file of that runtime. */
export function wholeFile(path: string, more: Partial<DesiredFile> = {}): DesiredFile {
  return { ...common, path, content: `# ${path}\n`, effect: 'immediate', owns: { kind: 'whole' }, ...more }
}
