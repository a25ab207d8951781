/** Checks manifests against the types of the Kubernetes API, as strictly as an API server with fieldValidation=Strict. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Manifest } from './kubectl.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')

/** The module that has the type of each kind. */
const TYPES: Readonly<Record<string, string>> = {
  ConfigMap: 'kubernetes-types/core/v1.js',
  DaemonSet: 'kubernetes-types/apps/v1.js',
  Namespace: 'kubernetes-types/core/v1.js',
  PodMonitor: './pod-monitor.ts',
  Secret: 'kubernetes-types/core/v1.js',
}

/**
 * What TypeScript finds wrong: keys that do not exist, values of another type, required keys that are missing. Each
 * manifest becomes a literal of its type in a file beside this one, where TypeScript finds the types.
 */
export async function findTypeErrors(manifests: readonly Manifest[]): Promise<string> {
  const folder = await fs.mkdtemp(path.join(import.meta.dirname, '.manifests-'))
  try {
    const file = path.join(folder, 'manifests.ts')
    await fs.writeFile(file, manifests.map(literalOf).join(''))
    const project = { extends: path.join(ROOT, 'tsconfig.json'), files: [file], include: [] }
    await fs.writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(project))
    return typeCheck(folder)
  } finally {
    await fs.rm(folder, { recursive: true })
  }
}

function literalOf(manifest: Manifest, nth: number): string {
  const { kind = '' } = manifest
  const from = TYPES[kind]?.replace('./', '../')
  if (from === undefined) throw new Error(`no type for ${kind}`)
  const type = `import('${from}').${kind}`
  return `export const manifest${nth}: ${type} = ${JSON.stringify(manifest, null, 2)}\n`
}

function typeCheck(folder: string): string {
  try {
    execFileSync(path.join(ROOT, 'node_modules/.bin/tsc'), ['--noEmit', '--pretty', 'false', '-p', folder], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
    return ''
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}
