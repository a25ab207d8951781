/**
 * A node of `fixtures/plausible` or `fixtures/doctor`: `case.toml` says what it is, `before` and `after` hold its files. What
 * git does not keep is in `case.toml`: modes, links, CRLF, certificates of `fixtures/tls`.
 */

import { existsSync, readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import TOML from '@iarna/toml'
import { buildDoctorReport } from '../../lib/doctor/build-report.ts'
import { diagnose } from '../../lib/doctor/diagnose.ts'
import type { Finding } from '../../lib/model/finding.ts'
import { openReader } from '../../lib/system/reader.ts'
import { targets } from '../../lib/targets/index.ts'
import type { Target } from '../../lib/targets/target.ts'
import { knownTarget } from './known-target.ts'
import { PLACE } from './lists.ts'
import { ROOT } from './load.ts'

export interface FixtureCase {
  readonly about: string
  /** The runtime; absent: containerd. */
  readonly target?: keyof typeof targets
  /** The image store of Docker. */
  readonly store?: string
  /** The release that runs; without it, every one is possible. */
  readonly version?: string
  /** The default config of this release is config.toml. */
  readonly default?: string
  /** Texts in that file and what stands there instead. */
  readonly replace?: readonly (readonly [string, string])[]
  /** Files with mode 0600; all others have 0644. */
  readonly private?: readonly string[]
  /** Directories with mode 0700. */
  readonly closed?: readonly string[]
  /** Files whose lines end in CRLF. */
  readonly crlf?: readonly string[]
  /** Files of `fixtures/tls`, by where they are on the node. */
  readonly certificates?: Readonly<Record<string, string>>
  /** Links and their targets. */
  readonly links?: Readonly<Record<string, string>>
  /** A list that is applied first. */
  readonly mirrors?: string
  /** The day on which doctor looks at it. */
  readonly day?: string
  /** Codes of notes that are expected on a plausible node. */
  readonly notes?: readonly string[]
  /** `severity code file:line` of each finding. */
  readonly findings?: readonly string[]
  /** Whether `--fix` corrects all of them. */
  readonly fixable?: boolean
  /** What the real containerd does: the requests of a pull before and after the cure. */
  readonly pull?: {
    readonly image: string
    readonly broken: readonly string[]
    readonly cured: readonly string[]
    /** What the pull of the broken node reports. */
    readonly fails?: string
    /** A host that is there, with TLS and a CA of its own. */
    readonly tls?: string
    /** The requests of the broken node come in this order at times, and in another at others. */
    readonly random?: boolean
  }
  /** The cure: what is done beside writing the files of `after`. */
  readonly cure?: {
    readonly remove?: readonly string[]
    readonly private?: readonly string[]
    readonly certificates?: Readonly<Record<string, string>>
    readonly version?: string
  }
}

export const CONFIG = 'etc/containerd/config.toml'

/** A config.toml that every release reads; a node of `fixtures/doctor` without one has it. */
export const CONFIGURED =
  'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n'

export function readCase(folder: string): FixtureCase {
  return TOML.parse(readFileSync(path.join(folder, 'case.toml'), 'utf8')) as unknown as FixtureCase
}

/** Writes the node below `root`. */
export async function writeFixture(folder: string, root: string, one: FixtureCase): Promise<void> {
  if (one.target === undefined) await writeText(root, CONFIG, configOf(one))
  await writeTarget(folder, root, one)
}

/** The same without a config.toml of containerd. */
export async function writeTarget(folder: string, root: string, one: FixtureCase): Promise<void> {
  await copyTree(path.join(folder, 'before'), root)
  await fs.rm(path.join(root, '.gitkeep'), { force: true })
  await copyCertificates(root, one.certificates)
  for (const file of one.crlf ?? []) {
    const text = await fs.readFile(path.join(root, file), 'utf8')
    await fs.writeFile(path.join(root, file), text.replaceAll('\n', '\r\n'))
  }
  for (const [file, target] of Object.entries(one.links ?? {})) {
    await fs.mkdir(path.dirname(path.join(root, file)), { recursive: true })
    await fs.symlink(target, path.join(root, file))
  }
  await setModes(root, one.private)
  for (const directory of one.closed ?? []) await fs.chmod(path.join(root, directory), 0o700)
}

/** Does what the cure of each finding says. */
export async function cureFixture(folder: string, root: string, { cure = {} }: FixtureCase): Promise<void> {
  for (const file of cure.remove ?? []) await fs.rm(path.join(root, file), { recursive: true })
  await copyTree(path.join(folder, 'after'), root)
  await copyCertificates(root, cure.certificates)
  await setModes(root, cure.private)
}

/** What doctor finds on the node below `root`, on this day. */
export async function diagnoseRoot(
  root: string,
  version: string | undefined,
  now = Date.UTC(2026, 0, 2),
  given: Pick<FixtureCase, 'target' | 'store'> = {},
): Promise<readonly Finding[]> {
  const { target = 'containerd', store } = given
  return await diagnoseTarget(target, root, version, now, store === undefined ? {} : { store })
}

/** The same of a runtime, with these settings. */
export async function diagnoseTarget(
  name: keyof typeof targets,
  root: string,
  version: string | undefined,
  now: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<readonly Finding[]> {
  const target: Target = await targets[name].load()
  const known = { ...(version !== undefined && { version }), ...settings }
  const written = { ...(await target.doctor()).unlisted, ...known }
  const view = { node: openReader(root), uid: process.geteuid?.() ?? 0, machine: undefined }
  const list = { targets: { [name]: { written, place: PLACE } } }
  const diagnosis = await diagnose({ [name]: knownTarget(target) }, { named: [], list }, view, now)
  return buildDoctorReport(diagnosis, []).findings
}

/** `error hosts_invalid /etc/…/hosts.toml:3`. */
export function inShort({ severity, code, file, line }: Finding): string {
  return `${severity} ${code} ${file ?? ''}${line === undefined ? '' : `:${line}`}`
}

function configOf({ default: release, replace = [] }: FixtureCase): string {
  if (release === undefined) return CONFIGURED
  const text = readFileSync(path.join(ROOT, `fixtures/containerd-default/${release}.toml`), 'utf8')
  return replace.reduce((all, [from, to]) => {
    if (!all.includes(from)) throw new Error(`the default config of ${release} has no ${from}`)
    return all.replaceAll(from, to)
  }, text)
}

async function copyCertificates(root: string, certificates: FixtureCase['certificates'] = {}): Promise<void> {
  for (const [file, name] of Object.entries(certificates)) {
    const bytes = readFileSync(path.join(ROOT, 'fixtures/tls', name), 'utf8')
    await writeText(root, file, bytes)
  }
}

async function writeText(root: string, file: string, text: string): Promise<void> {
  await fs.mkdir(path.dirname(path.join(root, file)), { recursive: true })
  await fs.writeFile(path.join(root, file), text)
}

async function setModes(root: string, files: readonly string[] = []): Promise<void> {
  for (const file of files) await fs.chmod(path.join(root, file), 0o600)
}

async function copyTree(from: string, to: string): Promise<void> {
  if (existsSync(from)) await fs.cp(from, to, { recursive: true, force: true })
}
