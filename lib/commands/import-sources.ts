/** The files that an imported list was made from. Pure. */
import path from 'node:path'
import type { FoundRegistry } from '../model/read-back.ts'

/** Of more than two files the directory that they share. */
export function sourcesOf(registries: readonly FoundRegistry[]): readonly string[] {
  const files = [...new Set(registries.map(({ at }) => at.file))]
  const [first = '', ...others] = files
  if (files.length < 3) return files
  const shared = others.reduce(sharedDirectory, path.dirname(first))
  return shared === '/' ? files : [shared]
}

function sharedDirectory(directory: string, file: string): string {
  const isAbove = directory === '/' || file.startsWith(`${directory}/`)
  return isAbove ? directory : sharedDirectory(path.dirname(directory), file)
}
