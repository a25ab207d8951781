/** Checks a new config.toml with containerd's own parser before anything is written. */
import { withoutSecrets } from '../../../formats/secrets.ts'
import { readDocument } from '../../../formats/toml/document.ts'
import { setValue } from '../../../formats/toml/edit.ts'
import type { Issue } from '../../../model/errors.ts'
import { STDIN, withMemoryFile } from '../../../system/memory-file.ts'
import type { ProgramResult, RunProgram } from '../../../system/run.ts'

const TABLES = ['io.containerd.cri.v1.images', 'io.containerd.grpc.v1.cri', 'cri']

export interface Dump {
  readonly run: RunProgram
  /** The containerd that checks the text. */
  readonly program: string
  /** The files that the text imports. */
  readonly imports: readonly string[]
  /** Undefined where CRI is disabled: 1.x dumps no section of a disabled plugin, so only the exit code counts. */
  readonly hostsDir: string | undefined
}

/**
 * Runs `containerd config dump` on the text, which every release from 1.6 to 2.3 reads from standard input, so no temporary
 * file is left behind. The exit code covers syntax, types and versions; for an unknown table, config_path is missing from
 * the output.
 */
export async function dumpIssues(
  { run, program, imports, hostsDir }: Dump,
  file: string,
  text: string,
): Promise<readonly Issue[]> {
  const outcome = await withMemoryFile(withImports(text, imports), file, shown =>
    run(program, ['--config', STDIN, 'config', 'dump'], shown),
  )
  if (outcome === undefined || isAccepted(outcome, hostsDir)) return []
  const hint = 'run containerd config dump to check the present file (regmirror wrote nothing)'
  // The message may quote the text, and has another name for the file.
  const stderr = withoutSecrets(outcome.stderr, text, 'toml').replaceAll(STDIN, file)
  return [{ file, message: refusal({ ...outcome, stderr }), hint }]
}

/**
 * The same text with the path of every import: patterns and relative names depend on the place of the file, and a pattern
 * that matches the file itself would import the old text.
 */
function withImports(text: string, imports: readonly string[]): string {
  const read = readDocument(text)
  const named = 'value' in read && read.value.imports !== undefined
  return (named && setValue(text, ['imports'], imports)) || text
}

function isAccepted(outcome: ProgramResult, hostsDir: string | undefined): boolean {
  return hostsDir === undefined ? outcome.code === 0 : dumpedPaths(outcome).includes(hostsDir)
}

function dumpedPaths({ code, stdout }: ProgramResult): readonly unknown[] {
  const read = readDocument(stdout)
  if (code !== 0 || 'fault' in read) return []
  const { plugins } = read.value as {
    plugins?: Record<string, { registry?: { config_path?: unknown } }>
  }
  return TABLES.map(name => plugins?.[name]?.registry?.config_path)
}

function refusal({ code, stderr }: ProgramResult): string {
  if (code === null) return 'containerd did not finish reading the new file'
  if (code !== 0) return `containerd refuses the new file: ${reasonIn(stderr)}`
  const ignored = stderr
    .split('\n')
    .find(line => /Ignoring unknown key/.test(line) && /config_path/.test(line))
  return ignored === undefined
    ? 'containerd reads the new file, but config_path does not take effect'
    : `containerd does not know the key that regmirror sets: ${ignored.trim()}`
}

/**
 * The line with the reason: the first line of a Go panic, else the last line. 1.x quotes a value of a wrong type (go-toml's
 * "Can't convert X(string) to Y"), which may be a password.
 */
function reasonIn(text: string): string {
  const shown = text.replace(/(Can't convert ).*(\([^()]*\) to )/s, '$1***$2')
  const lines = shown.trim().split('\n')
  const line = lines.find(line => line.startsWith('panic: ')) ?? lines.at(-1) ?? ''
  return line.replace(/^containerd: /, '')
}
