/** Reads config.toml with what it imports. */
import path from 'node:path'
import type { Issue } from '../../errors.ts'
import type { Reader } from '../../system/files.ts'
import { importsOf, isParsed, type ParsedConfig, parseConfig } from './config-toml.ts'

/** config.toml and its imports, breadth first, each once (cmd/containerd/server/config/config.go:512-603@v2.3.4). */
export async function readConfigs(
  node: Reader,
  main: string,
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
    for (const entry of importsOf(parsed)) {
      for (const found of await expand(node, path.resolve(path.dirname(parsed.path), entry)))
        queue.push({ path: found, from: parsed })
    }
  }
  return { files, faults }
}

function missingImport(file: string, from: ParsedConfig): Issue {
  const message = `imports ${file}, which is not there: containerd does not start`
  return { file: from.path, message, hint: 'create it or remove the import' }
}

/** The files a pattern names, sorted; only `*` makes it a pattern, as for containerd. */
async function expand(node: Reader, pattern: string): Promise<readonly string[]> {
  if (!pattern.includes('*')) return [pattern]
  let found = ['/']
  for (const segment of pattern.split('/').filter(Boolean)) {
    const matches = segmentMatcher(segment)
    const next = await Promise.all(
      found.map(async directory =>
        segment.includes('*') || segment.includes('?') || segment.includes('[')
          ? ((await node.entries(directory)) ?? [])
              .filter(entry => matches.test(entry.name))
              .map(entry => path.join(directory, entry.name))
          : [path.join(directory, segment)],
      ),
    )
    found = next.flat()
  }
  return found
}

/** One segment of Go's filepath.Match: `*`, `?` and `[…]`. */
function segmentMatcher(segment: string): RegExp {
  const source = segment
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  try {
    return new RegExp(`^${source}$`, 's')
  } catch {
    return /$./ // a malformed […]: containerd matches nothing either
  }
}
