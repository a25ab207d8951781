/** `imports` of config.toml, as Go's filepath.Glob finds them. */
import path from 'node:path'
import type { Reader } from '../../../system/reader.ts'

const CHARACTER = String.raw`\\.|[^\]\\-]`
const RANGE = `(?:${CHARACTER})(?:-(?:${CHARACTER}))?`
/** One part of a segment: `*`, `?`, a class, an escaped character, or any other. */
const PART = new RegExp(String.raw`\*|\?|\[\^?(?:${RANGE})+\]|\\.|[^[\\]`, 'gsu')

/** Whether Go accepts a pattern: containerd does not start with a malformed one (filepath.Match, src/path/filepath/match.go@go1.23). */
export function isPattern(text: string): boolean {
  return text.replace(PART, '') === ''
}

/** The files that match an absolute pattern, sorted. As for containerd, it is a pattern only with `*`. */
export async function expandPattern(node: Reader, pattern: string): Promise<readonly string[]> {
  if (!pattern.includes('*')) return [pattern]
  let found = ['/']
  for (const segment of pattern.split('/').filter(Boolean)) {
    const next = await Promise.all(found.map(directory => matchesIn(node, directory, segment)))
    found = next.flat()
  }
  return found
}

async function matchesIn(node: Reader, directory: string, segment: string): Promise<readonly string[]> {
  if (!/[*?[\\]/.test(segment)) return [path.join(directory, segment)]
  const matcher = segmentMatcher(segment)
  const entries = (await node.entries(directory)) ?? []
  return entries.filter(entry => matcher.test(entry.name)).map(entry => path.join(directory, entry.name))
}

function segmentMatcher(segment: string): RegExp {
  return new RegExp(`^${segment.replace(PART, partSource)}$`, 'su')
}

function partSource(part: string): string {
  if (part === '*') return '.*'
  if (part === '?') return '.'
  if (!part.startsWith('[')) return literal(part)
  const [, not = '', inside = ''] = /^\[(\^?)(.*)\]$/su.exec(part) ?? []
  const escaped = (character: string) => literal(character).replace(/^-$/, '\\-')
  return `[${not}${inside.replace(new RegExp(CHARACTER, 'gsu'), escaped)}]`
}

/** An escaped character, or any other, as a RegExp means it. */
function literal(character: string): string {
  return character.replace(/^\\/, '').replace(/[\^$\\.*+?()[\]{}|/]/, '\\$&')
}
