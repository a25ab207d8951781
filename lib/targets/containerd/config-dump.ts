/** Shows a candidate config.toml to containerd's own parser before it may replace anything. */
import path from 'node:path'
import { withScratch } from '../../disk.ts'
import type { Issue } from '../../errors.ts'
import type { Run } from '../../run.ts'
import { splice } from '../../toml.ts'
import { parseTomlAst, tomlValue } from '../../toml-ast.ts'
import { importsOf, isParsed, parseConfig } from './config-toml.ts'

const TABLES = ['io.containerd.cri.v1.images', 'io.containerd.grpc.v1.cri', 'cri']

/**
 * Runs `containerd config dump` on the text. Its exit code tells syntax, types and versions; a table that it
 * does not know shows only on stderr, or in config_path missing from what it dumps.
 */
export async function dumpIssues(
  run: Run,
  file: string,
  text: string,
  hostsDir: string,
): Promise<readonly Issue[]> {
  const outcome = await withScratch({ 'config.toml': withAbsoluteImports(file, text) }, directory =>
    run('containerd', ['--config', path.join(directory, 'config.toml'), 'config', 'dump']),
  )
  if (outcome === undefined) return []
  const issue = (message: string) => [
    { file, message, hint: 'nothing was written; check the file with containerd config dump' },
  ]
  if (outcome.code !== 0) return issue(`containerd refuses it: ${lastLine(outcome.stderr)}`)
  const ignored = outcome.stderr
    .split('\n')
    .find(line => /Ignoring unknown key/.test(line) && /config_path/.test(line))
  if (ignored !== undefined) return issue(`containerd does not know the key we set: ${ignored.trim()}`)
  return dumpedPaths(outcome.stdout).includes(hostsDir)
    ? []
    : issue('containerd reads it, but config_path does not take effect')
}

/** The same text with imports that do not depend on where the file lies. */
function withAbsoluteImports(file: string, text: string): string {
  const parsed = parseConfig({ path: file, bytes: Buffer.from(text) })
  if (!isParsed(parsed)) return text
  const imports = importsOf(parsed)
  if (imports.every(entry => path.isAbsolute(entry))) return text
  const absolute = imports.map(entry => path.resolve(path.dirname(file), entry))
  return splice(text, ['imports'], absolute) ?? text
}

function dumpedPaths(stdout: string): readonly unknown[] {
  const parsed = parseTomlAst(stdout)
  if ('fault' in parsed) return []
  const { plugins } = tomlValue(parsed.ast) as {
    plugins?: Record<string, { registry?: { config_path?: unknown } }>
  }
  return TABLES.map(name => plugins?.[name]?.registry?.config_path)
}

function lastLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^containerd: /, '') ?? ''
  )
}
