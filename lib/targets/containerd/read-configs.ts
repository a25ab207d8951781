/** Reads config.toml with what it imports. */
import path from 'node:path'
import type { Issue } from '../../errors.ts'
import type { Reader } from '../../system/files.ts'
import { locateToml } from '../../toml/ast.ts'
import { importsOf, isParsed, parseConfig } from './config-toml.ts'
import { atLeast, type Generation } from './generation.ts'
import { expandPattern, isPattern } from './import-pattern.ts'
import type { ParsedConfig } from './parsed-config.ts'

/** config.toml and its imports, breadth first, each once (cmd/containerd/server/config/config.go:512-603@v2.3.4). */
export async function readConfigs(
  node: Reader,
  main: string,
  generation: Generation | undefined,
): Promise<{ files: ParsedConfig[]; faults: Issue[] }> {
  const files: ParsedConfig[] = []
  const faults: Issue[] = []
  const queue: { path: string; from?: ParsedConfig }[] = [{ path: main }]
  const seen = new Set<string>()
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next.path)) continue
    seen.add(next.path)
    const bytes = await node.read(next.path)
    if (bytes === undefined) {
      if (next.from !== undefined) faults.push(missingImport(next.path, next.from))
      continue
    }
    const parsed = parseConfig({ path: next.path, bytes })
    if (!isParsed(parsed)) {
      faults.push(parsed)
      continue
    }
    files.push(parsed)
    for (const [index, entry] of importsOf(parsed).entries()) {
      if (entry.includes('*') && !isPattern(entry)) {
        faults.push(brokenPattern(parsed, index))
        continue
      }
      for (const found of await expandPattern(node, absoluteImport(parsed.path, entry, generation)))
        queue.push({ path: found, from: parsed })
    }
  }
  return { files, faults }
}

/**
 * A relative name stands beside the file that imports it. A relative pattern does so since 1.6.32 and 1.7.16 only;
 * before, it is looked up where the daemon runs, which is the root.
 */
function absoluteImport(file: string, entry: string, generation: Generation | undefined): string {
  const fromRoot = entry.includes('*') && generation !== undefined && isBeforeFix(generation)
  return path.resolve(fromRoot ? '/' : path.dirname(file), entry)
}

/** Of a line of releases nobody knows the patch; most are newer. */
function isBeforeFix(generation: Generation): boolean {
  const exact = generation.name.split('.').length === 3
  return exact && !atLeast(generation, generation.minor === 6 ? '1.6.32' : '1.7.16')
}

function brokenPattern(file: ParsedConfig, index: number): Issue {
  const message = 'is not a pattern that containerd can read: it does not start'
  return { file: file.path, ...locateToml(file.ast, ['imports', index]), message, hint: 'close its brackets' }
}

function missingImport(file: string, from: ParsedConfig): Issue {
  const message = `imports ${file}, which is not there: containerd does not start`
  return { file: from.path, message, hint: 'create it or remove the import' }
}
