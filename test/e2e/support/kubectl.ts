/** Manifests as kubectl renders them. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { DaemonSet } from 'kubernetes-types/apps/v1.js'
import type { ConfigMap, Namespace, PodSpec, Secret } from 'kubernetes-types/core/v1.js'
import { parseAllDocuments } from 'yaml'
import type { PodMonitor } from './pod-monitor.ts'
import { launcher } from './runtimes.ts'

export const KUBECTL = 'kubernetes-client-trixie'
export const TEMPLATES = path.resolve(import.meta.dirname, '../../../templates/kubernetes')

export type Manifest = Namespace | ConfigMap | Secret | DaemonSet | PodMonitor

/** The manifests of a folder with a kustomization.yaml. */
function renderManifests(folder: string): readonly Manifest[] {
  const text = execFileSync(launcher(KUBECTL, 'kubectl'), ['kustomize', folder], { encoding: 'utf8' })
  return parseAllDocuments(text).map(document => document.toJS())
}

/** The manifests of a kustomization.yaml with other files beside it, in a directory with a copy of the templates. */
export async function renderKustomization(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<readonly Manifest[]> {
  await fs.cp(TEMPLATES, path.join(directory, 'kubernetes'), { recursive: true })
  for (const [name, text] of Object.entries(files)) await fs.writeFile(path.join(directory, name), text)
  return renderManifests(directory)
}

/** The pods of the DaemonSet. */
export function podSpecOf(manifests: readonly Manifest[]): PodSpec {
  const found = manifests.find(isDaemonSet)
  const pod = found?.spec?.template.spec
  if (pod === undefined) throw new Error('there is no DaemonSet')
  return pod
}

/** The files of a ConfigMap. */
export function configMapOf(manifests: readonly Manifest[], name: string): Readonly<Record<string, string>> {
  return manifests.filter(isConfigMap).find(({ metadata }) => metadata?.name === name)?.data ?? {}
}

const isDaemonSet = (manifest: Manifest): manifest is DaemonSet => manifest.kind === 'DaemonSet'
const isConfigMap = (manifest: Manifest): manifest is ConfigMap => manifest.kind === 'ConfigMap'
